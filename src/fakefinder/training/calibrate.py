"""Platt scaling: from a net's logits on labelled videos to the logarithm of the odds of fake."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.blend.calibration import Calibration

Floats = NDArray[np.float64]

NO_PENALTY = 1e9
"""scikit-learn's C, at which its penalty moves the slope by less than a float32 can tell."""


def platt(logits: Floats, labels: Floats) -> Calibration:
    """The slope and intercept with which ``slope * logit + intercept`` fits the labels best.

    Real and fake weigh the same in all, however many of each there are: how common fakes are where a video comes from
    is not known, and the mix of a set of samples says nothing of it. As Platt 1999 has it, targets are not 0 and 1 but
    (1 / (n + 2)) and ((n + 1) / (n + 2)), n being the number of that label: what one would expect of the next video
    after these. So the slope stays finite where few videos are separated without an error.

    Args:
        logits: (n,), finite.
        labels: (n,), 1 for fake and 0 for real.

    Raises:
        ValueError: not both labels occur.
    """
    from sklearn.linear_model import LogisticRegression

    fakes = labels == 1
    if fakes.all() or not fakes.any():
        raise ValueError("Calibration needs real and fake videos.")
    targets = np.where(fakes, (fakes.sum() + 1) / (fakes.sum() + 2), 1 / ((~fakes).sum() + 2))
    # A video with the target t counts as t of a fake one and 1 - t of a real one.
    rows = np.tile(logits, 2)[:, None]
    of_rows = np.repeat([1.0, 0.0], len(logits))
    shares = len(logits) / 2 / np.where(fakes, fakes.sum(), (~fakes).sum())
    line = LogisticRegression(C=NO_PENALTY, solver="newton-cholesky", tol=1e-9, max_iter=1000)
    line.fit(rows, of_rows, sample_weight=np.concatenate([shares * targets, shares * (1 - targets)]))
    return Calibration(float(line.coef_[0, 0]), float(line.intercept_[0]))
