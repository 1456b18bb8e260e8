"""The pixels that the nets of ntech judge: a face with what is around it, 224 high and 192 wide."""

from __future__ import annotations

import cv2
import numpy as np

from fakefinder.detectors.crops import resized
from fakefinder.faces.crop import crop
from fakefinder.media.video import RGB
from fakefinder.records.report import Box

HEIGHT, WIDTH = 224, 192
"""Of the nets' input."""
ENLARGE = 1.5
"""Sides of the crop over those of the face's box."""
MAX_ASPECT = 64
"""Longer side over shorter one of what is resized: bounds memory. Thinner strips, of faces all but outside, lose their
ends, of which the middle that is judged shows nothing."""


def region(box: Box) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the crop, which may leave the picture.

    Sides are subtracted in float32; what follows is float64, as NumPy 1 had it for the published system.
    """
    x1, y1, x2, y2 = (np.float32(value) for value in box)
    left, right = _enlarged(float(x1), float(x2 - x1))
    top, bottom = _enlarged(float(y1), float(y2 - y1))
    return left, top, right, bottom


def _enlarged(low: float, side: float) -> tuple[int, int]:
    start = low + side / 2 - ENLARGE * side / 2
    return int(start), int(start + ENLARGE * side)


def face_pixels(rgb: RGB, box: Box, *, mirrored: bool, shorter_side: int) -> RGB | None:
    """The net input, uint8 (224, 192, 3); None where the box has no pixels in the picture.

    ``shorter_side`` of the crop in pixels once it is resized: 224, or 192 to show more of what is around the face.
    """
    face = crop(rgb, region(box))
    if 0 in face.shape:
        return None
    face = _without_ends(face)
    if mirrored:
        face = np.ascontiguousarray(face[:, ::-1])
    return _middle(_tall_enough(_resized(face, shorter_side)))


def _without_ends(rgb: RGB) -> RGB:
    longest = MAX_ASPECT * min(rgb.shape[:2])
    top, left = (max(side - longest, 0) // 2 for side in rgb.shape[:2])
    return rgb[top : top + longest, left : left + longest]


def _resized(rgb: RGB, shorter_side: int) -> RGB:
    height, width = rgb.shape[:2]
    scale = shorter_side / min(height, width)
    if scale == 1:
        return rgb
    return resized(rgb, round(width * scale), round(height * scale), cv2.INTER_LINEAR)


def _tall_enough(rgb: RGB) -> RGB:
    """At least 224 high; what is missing is mirrored at the top and at the bottom."""
    missing = max(HEIGHT - rgb.shape[0], 0)
    above = missing // 2
    padded = cv2.copyMakeBorder(rgb, above, missing - above, 0, 0, cv2.BORDER_REFLECT_101)
    return np.asarray(padded, dtype=np.uint8)


def _middle(rgb: RGB) -> RGB:
    top, left = (rgb.shape[0] - HEIGHT) // 2, (rgb.shape[1] - WIDTH) // 2
    return np.ascontiguousarray(rgb[top : top + HEIGHT, left : left + WIDTH])
