"""Bootstrap intervals: what a figure might have been with other videos of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

Measure = Callable[[Floats], Floats]
"""From resamples to a figure of each. A resample is how often each video was drawn: float64 (resamples, videos)."""

RESAMPLES = 2000
SEED = 20210421
"""Fixed, so that the same scores give the same intervals."""
CONFIDENCE = 0.95
FEWEST = 5
"""Videos of a class from which an interval is given. n videos can be drawn in C(2n - 1, n) ways; 4 videos in 35, and
the tail of 2.5 % then holds less than one of them."""

_CELLS = 1 << 22
"""Numbers held at once: 32 MiB."""


def intervals(
    fake: Bools, measures: Mapping[str, Measure], *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[str, tuple[float, float]]:
    """The 95 % percentile interval of each measure over ``resamples`` resamples, real and fake drawn apart.

    Empty where a class has videos, but fewer than ``FEWEST``.
    """
    of_classes = [int(np.sum(fake)), int(np.sum(~fake))]
    if any(0 < videos < FEWEST for videos in of_classes) or not fake.size:
        return {}
    rng = np.random.default_rng(seed)
    at_once = max(1, _CELLS // fake.size)
    found: dict[str, list[Floats]] = {name: [] for name in measures}
    for first in range(0, resamples, at_once):
        counts = draw(fake, min(at_once, resamples - first), rng)
        for name, measure in measures.items():
            found[name].append(measure(counts))
    tail = (1 - CONFIDENCE) / 2
    ends = {name: np.quantile(np.concatenate(parts), (tail, 1 - tail)) for name, parts in found.items()}
    return {name: (float(low), float(high)) for name, (low, high) in ends.items()}


def draw(fake: Bools, resamples: int, rng: np.random.Generator) -> Floats:
    """How often each video is drawn, float64 (resamples, videos); as many of each class as there are."""
    counts = np.zeros((resamples, fake.size))
    for of_class in (np.flatnonzero(fake), np.flatnonzero(~fake)):
        if of_class.size:
            drawn = rng.integers(of_class.size, size=(resamples, of_class.size))
            cells = drawn + of_class.size * np.arange(resamples)[:, None]
            flat = np.bincount(cells.ravel(), minlength=resamples * of_class.size)
            counts[:, of_class] = flat.reshape(resamples, of_class.size)
    return counts
