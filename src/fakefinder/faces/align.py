"""Alignment: the rotation, scaling and shift that bring landmarks of a face to where a net wants them."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.media.video import RGB

Points = NDArray[np.floating[Any]]


def similarity(points: Points, wanted: Points) -> NDArray[np.float64] | None:
    """The similarity that takes ``points`` nearest to ``wanted`` by least squares, or None where there is none.

    The closed form of Umeyama 1991, "Least-squares estimation of transformation parameters between two point
    patterns", without reflections. Points on one line have a solution; points that are all equal have none.

    Args:
        points, wanted: (n, 2), x and y.

    Returns:
        (2, 3): a point p goes to ``matrix[:, :2] @ p + matrix[:, 2]``.
    """
    points = points.astype(np.float64)
    centre, wanted_centre = points.mean(axis=0), wanted.mean(axis=0)
    covariance = (wanted - wanted_centre).T @ (points - centre) / len(points)
    u, strengths, v = np.linalg.svd(covariance)
    if strengths[0] == 0:
        return None
    proper = np.array([1, np.sign(np.linalg.det(u) * np.linalg.det(v))])
    rotation = (u * proper) @ v
    scaled = strengths @ proper / points.var(axis=0).sum() * rotation
    return np.column_stack([scaled, wanted_centre - scaled @ centre])


def aligned(rgb: RGB, matrix: NDArray[np.float64], side_px: int) -> RGB:
    """The square of ``side_px`` pixels that a similarity takes the picture to, bilinear, black outside the picture."""
    return np.asarray(cv2.warpAffine(rgb, matrix, (side_px, side_px), flags=cv2.INTER_LINEAR), np.uint8)
