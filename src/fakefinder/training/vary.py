"""Variation: other pictures of the same face, so that no net learns a few hundred portraits by heart.

What is done here is done to a real picture and its forgery alike.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.media.video import RGB
from fakefinder.training.differ import resharpened, whole
from fakefinder.training.regions import displacement


def varied(rgb: RGB, rng: Generator) -> RGB:
    """The picture in other light, through another lens, now and then in grey; uint8 (side, side, 3) as given."""
    picture = rgb.astype(np.float32)
    if rng.random() < 0.6:
        picture = picture * rng.uniform(0.87, 1.15, 3).astype(np.float32)
    if rng.random() < 0.5:
        picture = np.asarray(255 * (picture.clip(0, 255) / 255) ** np.float32(rng.uniform(0.7, 1.4)), np.float32)
    if rng.random() < 0.1:
        picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
    if rng.random() < 0.7:
        side = rgb.shape[0]
        maps = displacement(rng, side, strength_px=rng.uniform(0, 0.03) * side, smoothness_px=side / 4)
        picture = np.asarray(cv2.remap(picture, *maps, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT), np.float32)
    if rng.random() < 0.5:
        picture = resharpened(picture, rng)
    return whole(picture)


def covered(real: RGB, fake: RGB, rng: Generator) -> tuple[RGB, RGB]:
    """Both pictures, three in ten with one square of one colour over the same place: no single trace shall decide."""
    if rng.random() >= 0.3:
        return real, fake
    side = real.shape[0]
    square = int(rng.uniform(0.15, 0.4) * side)
    x, y = rng.integers(0, side - square, 2)
    colour = rng.integers(0, 256, 3)
    real, fake = real.copy(), fake.copy()
    for picture in (real, fake):
        picture[y : y + square, x : x + square] = colour
    return real, fake
