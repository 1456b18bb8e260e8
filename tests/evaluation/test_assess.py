"""What enters the figures, by detector, group and policy; all numbers by hand from ``VIDEOS``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fakefinder.evaluation import Evaluation

Evaluated = Callable[..., Evaluation]


def test_coverage_counts_why_there_is_no_score(evaluated: Evaluated) -> None:
    _, beta = evaluated().detectors
    coverage = beta.overall.coverage
    assert (coverage.asked, coverage.scored, coverage.abstained, coverage.failed) == (5, 3, 2, 0)
    [reason] = coverage.reasons
    assert (reason.status, reason.reason, reason.videos) == ("abstained", "no_face", 2)


def test_missing_scores_are_left_out(evaluated: Evaluated) -> None:
    found = evaluated()
    alpha, beta = (result.overall.figures for result in found.detectors)
    assert (alpha.real, alpha.fake, alpha.filled) == (2, 2, 0)
    assert alpha.auc.value == 3 / 4
    assert (beta.real, beta.fake) == (1, 2)
    assert "left out" in found.missing


def test_a_neutral_value_stands_in_where_it_is_asked_for(evaluated: Evaluated) -> None:
    found = evaluated(missing="neutral", neutral=0.45)
    alpha, beta = (result.overall.figures for result in found.detectors)
    assert (alpha.real, alpha.filled, beta.real, beta.filled) == (3, 1, 3, 2)
    assert beta.log_loss.value == pytest.approx(-np.log([0.8, 0.6, 0.7, 0.55, 0.55]).mean())
    assert found.videos[4].outcomes[0].score is None, "the neutral value is no score of the detector"
    assert "0.45" in found.missing
    assert found.pairs == evaluated().pairs, "likeness is of scores alone"
    assert found.detectors[1].overall.coverage == evaluated().detectors[1].overall.coverage


def test_the_collective_is_the_mean_of_those_that_scored(evaluated: Evaluated) -> None:
    found = evaluated()
    assert [video.collective for video in found.videos] == pytest.approx([0.85, 0.4, 0.2, 0.7, None])
    assert found.collective is not None
    assert found.collective.overall.figures.auc.value == 3 / 4
    [reason] = found.collective.overall.coverage.reasons
    assert (reason.reason, reason.videos) == ("no_detector_scored", 1)
    filled = evaluated(missing="neutral").collective
    assert filled is not None
    assert (filled.overall.figures.real, filled.overall.figures.filled) == (3, 1)


def test_groups(evaluated: Evaluated) -> None:
    alpha = evaluated(threshold=0.6).detectors[0]
    phone, swap = alpha.groups
    assert (phone.group, swap.group) == ("phone", "swap")
    assert (phone.figures.real, phone.figures.fake, phone.figures.auc.value) == (1, 0, None)
    assert (phone.figures.false_alarm_rate.videos, phone.figures.false_alarm_rate.of) == (1, 1)
    assert phone.coverage.abstained == 1
    assert swap.figures.auc.value == 1
    assert (swap.figures.tpr.videos, swap.figures.tpr.of) == (1, 2)


def test_pairs_are_of_videos_that_both_scored(evaluated: Evaluated) -> None:
    [pair] = evaluated().pairs
    assert (pair.first, pair.second, pair.videos) == ("alpha", "beta", 3)
    assert (pair.both_fake, pair.both_real, pair.only_first_fake, pair.only_second_fake) == (1, 1, 0, 1)


def test_provenance(evaluated: Evaluated) -> None:
    origin = evaluated(threshold=0.25).provenance
    assert (origin.manifest, origin.options.threshold, origin.resamples) == ("labels.csv", 0.25, 2000)
    assert [one.version for one in origin.detectors] == ["1", "1"]
