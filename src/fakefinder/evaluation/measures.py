"""Figures of many resamples at once.

All take ``counts``, float64 (resamples, videos): how often each video is in each resample; ``fake``, bool (videos);
``scores``, float64 (videos), P(fake), ascending. All give float64 (resamples). Counts of one
are the videos as they are.
"""

from __future__ import annotations

import numpy as np

from fakefinder.evaluation.bootstrap import Bools, Floats

BINS = 10
"""Bins of equal width for calibration, as Guo et al. 2017 (arXiv:1706.04599) draw them."""

LEAST_PROBABILITY = float(np.finfo(np.float64).eps)
"""Scores are moved this far away from 0 and 1 for the log loss, as ``sklearn.metrics.log_loss`` does."""


def auc(counts: Floats, fake: Bools, scores: Floats) -> Floats:
    """The share of (fake, real) pairs in which the fake scores higher; equal scores are half a pair."""
    fakes, reals = _at_each_score(counts, fake, scores)
    below = np.cumsum(reals, axis=1) - reals
    pairs = fakes.sum(axis=1) * reals.sum(axis=1)
    return np.asarray((fakes * (below + reals / 2)).sum(axis=1) / pairs)


def eer(counts: Floats, fake: Bools, scores: Floats) -> Floats:
    """The rate at which false alarms and misses are equally frequent, on the ROC curve drawn with straight lines."""
    fakes, reals = _at_each_score(counts, fake, scores)
    detected, alarms = (_rising(each[:, ::-1]) for each in (fakes, reals))
    gap = alarms + detected - 1  # alarms less misses: from -1 up to 1
    after = np.argmax(gap >= 0, axis=1)[:, None]
    gap_before, gap_after = (np.take_along_axis(gap, at, axis=1) for at in (after - 1, after))
    before, then = (np.take_along_axis(alarms, at, axis=1) for at in (after - 1, after))
    return np.asarray(before - gap_before / (gap_after - gap_before) * (then - before))[:, 0]


def log_loss(counts: Floats, fake: Bools, scores: Floats) -> Floats:
    """The mean of -log of the probability that was given to the truth, in nats."""
    p = np.clip(scores, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return _mean(counts, -np.log(np.where(fake, p, 1 - p)))


def brier(counts: Floats, fake: Bools, scores: Floats) -> Floats:
    """The mean squared distance of score and truth."""
    return _mean(counts, (scores - fake) ** 2)


def ece(counts: Floats, fake: Bools, scores: Floats) -> Floats:
    """Expected calibration error: the mean distance of mean score and share of fakes in a bin, weighted by videos."""
    member = bin_of(scores)[:, None] == np.arange(BINS)
    distance = np.abs(counts @ (member * (scores - fake)[:, None]))
    return np.asarray(distance.sum(axis=1) / counts.sum(axis=1))


def bin_of(scores: Floats) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The number of the bin of each score; a bin holds its lower end, the last one both."""
    return np.minimum(np.floor(scores * BINS), BINS - 1).astype(np.intp)


def _at_each_score(counts: Floats, fake: Bools, scores: Floats) -> tuple[Floats, Floats]:
    """How many fakes and how many reals have each distinct score: (resamples, distinct scores) each."""
    starts = np.flatnonzero(np.r_[True, scores[1:] != scores[:-1]])
    everyone = np.add.reduceat(counts, starts, axis=1)
    fakes = np.add.reduceat(counts * fake, starts, axis=1)
    return fakes, everyone - fakes


def _rising(drawn: Floats) -> Floats:
    """The share drawn so far, from 0 to 1: (resamples, steps + 1)."""
    shares = np.cumsum(drawn, axis=1) / drawn.sum(axis=1, keepdims=True)
    return np.pad(shares, ((0, 0), (1, 0)))


def _mean(counts: Floats, values: Floats) -> Floats:
    return np.asarray(counts @ values / counts.sum(axis=1))
