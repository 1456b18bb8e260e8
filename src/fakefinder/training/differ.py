"""Small differences between two versions of one picture, such as stay when a face is pasted into a frame.

Pictures are float32 (h, w, 3) in [0, 255] inside this file's functions; every function gives one of the same size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from fakefinder.media.video import RGB

Picture = NDArray[np.float32]


def whole(rgb: Picture) -> RGB:
    """The picture as uint8, rounded."""
    return np.asarray(rgb.clip(0, 255).round(), np.uint8)


def differing(rgb: Picture, rng: Generator) -> Picture:
    """The picture with other colours and, half of the time each, another sharpness and another resolution."""
    rgb = colour_shifted(rgb, rng)
    if rng.random() < 0.4:
        rgb = resharpened(rgb, rng)
    if rng.random() < 0.6:
        rgb = lower_resolution(rgb, rng)
    return rgb


def colour_shifted(rgb: Picture, rng: Generator) -> Picture:
    """Channels shifted, contrast, brightness and saturation changed; magnitudes follow Shiohara & Yamasaki 2022."""
    if rng.random() < 0.6:
        rgb = rgb + rng.uniform(-20, 20, 3).astype(np.float32)
    if rng.random() < 0.6:
        mean = rgb.mean()
        rgb = (rgb - mean) * np.float32(rng.uniform(0.85, 1.15)) + mean + np.float32(rng.uniform(-15, 15))
    if rng.random() < 0.6:
        grey = rgb.mean(axis=2, keepdims=True)
        rgb = grey + (rgb - grey) * np.float32(rng.uniform(0.7, 1.3))
    if rng.random() < 0.3:
        gamma = np.float32(rng.uniform(0.8, 1.25))
        rgb = np.asarray(255 * (rgb.clip(0, 255) / 255) ** gamma, np.float32)
    return np.asarray(rgb.clip(0, 255), np.float32)


def resharpened(rgb: Picture, rng: Generator) -> Picture:
    """Blurred, or with its edges raised (unsharp mask)."""
    blurred = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.6, 2.0))
    if rng.random() < 0.5:
        return np.asarray(blurred, np.float32)
    return np.asarray((rgb + (rgb - blurred) * np.float32(rng.uniform(0.3, 1.0))).clip(0, 255), np.float32)


def lower_resolution(rgb: Picture, rng: Generator) -> Picture:
    """Shrunk and enlarged again, as a face that a generator made at a smaller size."""
    height, width = rgb.shape[:2]
    share = np.exp(rng.uniform(np.log(0.15), np.log(0.8)))
    down, up = rng.choice([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC], 2)
    small = cv2.resize(rgb, (max(8, int(width * share)), max(8, int(height * share))), interpolation=int(down))
    return np.asarray(cv2.resize(small, (width, height), interpolation=int(up)).clip(0, 255), np.float32)


def like_in_colour(source: Picture, target: Picture, mask: NDArray[np.float32], rng: Generator) -> Picture:
    """``source`` with mean and spread of the colours that ``target`` has under the mask, or nearly so."""
    weight = mask[..., None] / max(float(mask.sum()), 1.0)
    mean, wanted_mean = (source * weight).sum((0, 1)), (target * weight).sum((0, 1))
    spread = np.sqrt((((source - mean) ** 2) * weight).sum((0, 1))) + 1
    wanted_spread = np.sqrt((((target - wanted_mean) ** 2) * weight).sum((0, 1))) + 1
    matched = (source - mean) * np.clip(wanted_spread / spread, 0.5, 2) + wanted_mean
    share = np.float32(rng.uniform(0.7, 1.0))
    return np.asarray((share * matched + (1 - share) * source).clip(0, 255), np.float32)
