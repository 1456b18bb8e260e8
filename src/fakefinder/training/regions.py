"""Regions of a face as soft masks, placed by its five landmarks: what a forgery might have replaced.

The outline is drawn once for an average frontal face and brought to a face by the affine map that fits the
five landmarks best. Coordinates: the middle between the eyes is (0, 0), the eyes are 1 apart, y grows downwards.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.float32]
"""float32 (h, w) in [0, 1]: 1 where the forgery is."""

LANDMARKS = np.array([(-0.5, 0), (0.5, 0), (0, 0.62), (-0.42, 1.1), (0.42, 1.1)], np.float32)
"""Eyes, tip of the nose, corners of the mouth of an average frontal face, after the mean shape of the 68 points of
Sagonas et al. 2013 (300 Faces in-the-Wild)."""

JAW = [(-1.12, 0.1), (-1.08, 0.6), (-0.98, 1.05), (-0.78, 1.45), (-0.45, 1.78), (0, 1.9)]
"""From the left ear to the chin; the right side mirrors it."""
BROW = [(-1.0, -0.32), (-0.62, -0.52), (-0.2, -0.45)]
NOSE = [(0, 0.05), (-0.2, 0.35), (-0.33, 0.68), (0, 0.85)]
MOUTH = [(-0.62, 1.08), (-0.3, 0.9), (0, 0.88), (-0.35, 1.38), (0, 1.45)]
EYES = [(-0.95, -0.05), (-0.5, -0.28), (0, -0.2), (-0.5, 0.22), (0, 0.2)]


def _mirrored(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return points + [(-x, y) for x, y in points]


REGIONS: dict[str, list[tuple[float, float]]] = {
    "face": _mirrored(JAW + BROW),
    "inner_face": _mirrored([*BROW, (-0.85, 0.3), (-0.75, 1.0), (-0.45, 1.5)]),
    "lower_face": _mirrored([*JAW[1:], (-0.2, 0.3)]),
    "middle": _mirrored([*BROW, *NOSE, (-0.6, 1.1)]),
    "mouth": _mirrored(MOUTH),
    "eyes": _mirrored(EYES),
    "nose": _mirrored(NOSE),
    "oval": [(1.05 * np.sin(a), 0.68 - 1.25 * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 24)],
    "box": _mirrored([(-1.0, -0.5), (-1.0, 1.75)]),
}
"""Points whose convex hull is the region."""


def region(name: str, landmarks: Floats, side_px: int) -> Mask:
    """The hard mask of a region, (side_px, side_px), for a face with ``landmarks`` (5, 2) in pixels."""
    design = np.column_stack([LANDMARKS, np.ones(5)])
    to_face = np.linalg.lstsq(design, landmarks.astype(np.float64), rcond=None)[0]
    points = np.column_stack([REGIONS[name], np.ones(len(REGIONS[name]))]) @ to_face
    hull = cv2.convexHull(points.astype(np.float32)).round().astype(np.int32)
    mask = np.zeros((side_px, side_px), np.float32)
    cv2.fillConvexPoly(mask, hull, 1.0)
    return mask


def displacement(rng: Generator, side_px: int, *, strength_px: float, smoothness_px: float) -> tuple[Floats, Floats]:
    """A smooth random shift for each pixel as maps for ``cv2.remap``, each (side_px, side_px)."""
    coarse = max(3, round(side_px / smoothness_px))
    shifts = rng.uniform(-1, 1, (2, coarse, coarse)).astype(np.float32) * np.float32(strength_px)
    dx, dy = (cv2.resize(shift, (side_px, side_px), interpolation=cv2.INTER_CUBIC) for shift in shifts)
    x, y = np.meshgrid(np.arange(side_px, dtype=np.float32), np.arange(side_px, dtype=np.float32))
    return np.asarray(x + dx, np.float32), np.asarray(y + dy, np.float32)


def softened(mask: Mask, rng: Generator) -> Mask:
    """The mask deformed, grown or shrunk, and blurred as far as the dice say; its values stay in [0, 1]."""
    side = mask.shape[0]
    strength = rng.uniform(0.0, 0.04) * side
    bent = cv2.remap(mask, *displacement(rng, side, strength_px=strength, smoothness_px=side / 6), cv2.INTER_LINEAR)
    # Blurring twice with a threshold between rounds the corners and moves the border, as published.
    first = _odd(rng.uniform(0.02, 0.1) * side)
    blurred = cv2.GaussianBlur(bent, (first, first), 0)
    hard = (blurred > rng.uniform(0.2, 0.8)).astype(np.float32)
    second = _odd(np.exp(rng.uniform(np.log(0.005), np.log(0.13))) * side)  # from a hard edge to a very soft one
    return np.asarray(cv2.GaussianBlur(hard, (second, second), 0).clip(0, 1), np.float32)


def _odd(size: float) -> int:
    return int(size) // 2 * 2 + 1
