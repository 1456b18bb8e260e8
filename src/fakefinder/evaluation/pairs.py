"""pair: how alike two detectors are, on the videos that both scored."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from fakefinder.evaluation.bootstrap import Bools, Floats
from fakefinder.evaluation.result import Pair

_FEWEST = 3
"""Videos from which a correlation is given: through two points there is always a line."""


def pair(first: str, second: str, scores: ArrayLike, *, threshold: float = 0.5) -> Pair:
    """Correlation and agreement of two detectors.

    Args:
        first, second: their names.
        scores: float (n, 2), P(fake) of both on the same videos.
        threshold: a score from here on is a call of fake.
    """
    a, b = np.asarray(scores, dtype=np.float64).reshape(-1, 2).T
    fake_a, fake_b = a >= threshold, b >= threshold
    pearson, spearman = _correlations(a, b)
    return Pair(
        first=first,
        second=second,
        videos=int(a.size),
        pearson=pearson,
        spearman=spearman,
        both_fake=int((fake_a & fake_b).sum()),
        both_real=int((~fake_a & ~fake_b).sum()),
        only_first_fake=int((fake_a & ~fake_b).sum()),
        only_second_fake=int((~fake_a & fake_b).sum()),
        kappa=_kappa(fake_a, fake_b),
    )


def _correlations(a: Floats, b: Floats) -> tuple[float | None, float | None]:
    """Pearson's and Spearman's; None where there are too few videos, or one detector always says the same."""
    if a.size < _FEWEST or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None, None
    from scipy.stats import pearsonr, spearmanr  # type: ignore[import-untyped]

    return float(pearsonr(a, b).statistic), float(spearmanr(a, b).statistic)


def _kappa(a: Bools, b: Bools) -> float | None:
    """Cohen's kappa; None where both detectors make one and the same call of all videos, or there are none."""
    if np.unique(np.concatenate([a, b])).size < 2:
        return None
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(a, b))
