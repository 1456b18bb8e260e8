"""Self-blended images: a real face blended with a slightly changed version of itself is a fake without a forger.

After Shiohara & Yamasaki 2022, "Detecting Deepfakes with Self-Blended Images" (CVPR): the net learns the border,
the colours and the sharpness that betray any pasted face, and no single generator. Differences to the publication:
the mask comes from five landmarks, smaller regions than the face are replaced too (lip-sync, expression), and the
lower resolution of generated faces is exaggerated.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.media.video import RGB
from fakefinder.training.differ import Picture, differing
from fakefinder.training.regions import Floats, displacement, region, softened

REGION_WEIGHTS = {
    "face": 0.4, "inner_face": 0.22, "lower_face": 0.12, "middle": 0.08, "mouth": 0.1, "eyes": 0.04, "nose": 0.04
}  # fmt: skip
"""How often each region is replaced."""
BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
"""Opacity of the pasted region, as published."""


def self_blended(rgb: RGB, landmarks: Floats, rng: Generator) -> tuple[RGB, RGB]:
    """A real and a fake version of a face, both uint8 (side, side, 3).

    Args:
        rgb: uint8 (side, side, 3).
        landmarks: (5, 2), in pixels of ``rgb``.
    """
    side = rgb.shape[0]
    name = str(rng.choice(list(REGION_WEIGHTS), p=list(REGION_WEIGHTS.values())))
    mask = softened(region(name, landmarks, side), rng) * np.float32(rng.choice(BLEND_RATIOS))
    source = target = rgb.astype(np.float32)
    if rng.random() < 0.7:
        source = differing(source, rng)
    else:
        target = differing(target, rng)
    source = moved(source, rng)
    fake = source * mask[..., None] + target * (1 - mask[..., None])
    return _whole(target), _whole(fake)


def moved(rgb: Picture, rng: Generator) -> Picture:
    """The picture shifted, scaled and gently bent, by a few hundredths of its side."""
    side = rgb.shape[0]
    scale = rng.uniform(0.95, 1 / 0.95)
    dx, dy = rng.uniform(-0.03, 0.03, 2) * side
    middle = side / 2
    matrix = np.array([[scale, 0, middle * (1 - scale) + dx], [0, scale, middle * (1 - scale) + dy]])
    placed = cv2.warpAffine(rgb, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if rng.random() < 0.5:
        maps = displacement(rng, side, strength_px=rng.uniform(0, 0.015) * side, smoothness_px=side / 5)
        placed = cv2.remap(placed, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(placed, np.float32)


def _whole(picture: Picture) -> RGB:
    return np.asarray(picture.clip(0, 255).round(), np.uint8)
