"""figures: how right scores are, with intervals; pure functions over arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from fakefinder.evaluation import measures
from fakefinder.evaluation.bootstrap import CONFIDENCE, Bools, Floats, Measure, intervals
from fakefinder.evaluation.result import Auc, Bin, Figure, Figures, Roc, Share

_Rule = Callable[[Floats, Bools, Floats], Floats]

_OF_ONE_CLASS: Mapping[str, _Rule] = {"log_loss": measures.log_loss, "brier": measures.brier}
_OF_BOTH: Mapping[str, _Rule] = {
    **_OF_ONE_CLASS,
    "auc": measures.auc,
    "eer": measures.eer,
    "ece": measures.ece,
}


def figures(fake: ArrayLike, scores: ArrayLike, *, threshold: float = 0.5, filled: int = 0) -> Figures:
    """All figures of scores against the truth.

    Args:
        fake: bool (n,), True for a fake.
        scores: float (n,), P(fake) in [0, 1].
        threshold: a score from here on is a call of fake.
        filled: how many of the scores are a neutral value; told, not used.

    Raises:
        ValueError: unequal lengths, or a score outside of [0, 1].
    """
    truth, p = np.asarray(fake, dtype=bool), np.asarray(scores, dtype=np.float64)
    if truth.shape != p.shape or truth.ndim != 1 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("figures need as many truths as scores, and scores between 0 and 1")
    order = np.lexsort((truth, p))  # the same videos in another order shall have the same intervals
    truth, p = truth[order], p[order]
    both = bool(truth.any() and not truth.all())
    found = _measured(truth, p, _OF_BOTH if both else _OF_ONE_CLASS)
    auc = found.pop("auc", Figure())
    called = p >= threshold
    return Figures(
        real=int((~truth).sum()),
        fake=int(truth.sum()),
        filled=filled,
        auc=Auc(**auc.model_dump(), includes_chance=_includes(auc, 0.5)),
        accuracy=share(called == truth) if both else Share(),
        tpr=share(called[truth]),
        tnr=share(~called[~truth]),
        false_alarm_rate=share(called[~truth]),
        bins=bins(truth, p),
        roc=roc(truth, p) if both else Roc(),
        **found,
    )


def share(hits: Bools) -> Share:
    """The share of True, with its Wilson interval, which unlike the bootstrap's has a width at 0 and at 1 too."""
    if not hits.size:
        return Share()
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    videos, of = int(hits.sum()), int(hits.size)
    ends = binomtest(videos, of).proportion_ci(CONFIDENCE, method="wilson")
    return Share(value=videos / of, low=float(ends.low), high=float(ends.high), videos=videos, of=of)


def bins(fake: Bools, scores: Floats) -> tuple[Bin, ...]:
    """The reliability of scores: ten bins of equal width, the empty ones too."""
    number = measures.bin_of(scores)
    return tuple(_bin(i, fake[number == i], scores[number == i]) for i in range(measures.BINS))


def roc(fake: Bools, scores: Floats) -> Roc:
    """The ROC curve's corners."""
    from sklearn.metrics import roc_curve

    alarms, detected, _ = roc_curve(fake, scores)
    return Roc(false_alarm_rate=tuple(alarms.tolist()), tpr=tuple(detected.tolist()))


def _measured(fake: Bools, scores: Floats, wanted: Mapping[str, _Rule]) -> dict[str, Figure]:
    if not fake.size:
        return {}
    ready: dict[str, Measure] = {name: _of(rule, fake, scores) for name, rule in wanted.items()}
    ends = intervals(fake, ready)
    found = {}
    for name, measure in ready.items():
        low, high = ends.get(name, (None, None))
        found[name] = Figure(value=float(measure(np.ones((1, fake.size)))[0]), low=low, high=high)
    return found


def _of(rule: _Rule, fake: Bools, scores: Floats) -> Measure:
    return lambda counts: rule(counts, fake, scores)


def _includes(figure: Figure, value: float) -> bool | None:
    return None if figure.low is None or figure.high is None else figure.low <= value <= figure.high


def _bin(number: int, fake: Bools, scores: Floats) -> Bin:
    return Bin(
        from_score=number / measures.BINS,
        to_score=(number + 1) / measures.BINS,
        videos=int(scores.size),
        mean_score=float(scores.mean()) if scores.size else None,
        share_fake=float(fake.mean()) if scores.size else None,
    )
