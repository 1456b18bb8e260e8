"""From what a single-shot face net answers for its priors to boxes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

CENTRE_VARIANCE = np.float32(0.1)
SIZE_VARIANCE = np.float32(0.2)
"""Of the SSD family (Liu et al. 2016, "SSD: Single Shot MultiBox Detector"), to which RetinaFace and DSFD belong."""


def decode_boxes(priors: Floats, loc: Floats) -> Floats:
    """Boxes xyxy, float32 (n, 4), as fractions of the net's input; they may leave [0, 1].

    Args:
        priors: centre x, centre y, width and height as fractions of the net's input, (n, 4).
        loc: shift of the centre in prior sides and logarithm of the growth of the sides, over the variances, (n, 4).
    """
    centres = priors[:, :2] + loc[:, :2] * CENTRE_VARIANCE * priors[:, 2:]
    sides = priors[:, 2:] * np.exp(loc[:, 2:] * SIZE_VARIANCE)
    corners = centres - sides / 2
    return np.concatenate((corners, corners + sides), axis=1)
