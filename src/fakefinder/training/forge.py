"""Forgeries made of real faces: a face blended with a changed version of itself, or with somebody else's.

After Shiohara & Yamasaki 2022, "Detecting Deepfakes with Self-Blended Images" (CVPR): the net learns the border, the
colours and the sharpness that betray any pasted face, and no single generator. Three in ten faces are swapped for those
of others (Li et al. 2020, "Face X-ray for More General Face Forgery Detection", CVPR), whose features fit less well.
Further differences to the publication: the mask comes from five landmarks; smaller regions than the face are replaced
too, as by lip-sync; the picture has a camera's traces before it is forged; the lower resolution of generated faces is
exaggerated.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.media.video import RGB
from fakefinder.training.corrupt import Corruption
from fakefinder.training.differ import Picture, differing, like_in_colour, whole
from fakefinder.training.donor import placed
from fakefinder.training.faces import PortraitFace
from fakefinder.training.regions import Floats, Mask, displacement, region, softened

REGION_WEIGHTS = {
    "face": 0.3, "inner_face": 0.22, "lower_face": 0.1, "middle": 0.08, "mouth": 0.08, "eyes": 0.04, "nose": 0.03,
    "oval": 0.08, "box": 0.07,
}  # fmt: skip
"""How often each region is replaced by a version of itself."""
SWAP_REGION_WEIGHTS = {"face": 0.35, "inner_face": 0.35, "oval": 0.12, "box": 0.08, "middle": 0.1}
"""How often each region is replaced by somebody else's."""
BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)
"""Opacity of a region that is replaced by a version of itself, as published."""
FILMED_SHARE, SWAPPED_SHARE = 0.6, 0.3


def forged(rgb: RGB, landmarks: Floats, donor: PortraitFace, rng: Generator) -> tuple[RGB, RGB]:
    """A real and a forged version of a face, both uint8 (side, side, 3).

    Args:
        rgb: uint8 (side, side, 3).
        landmarks: (5, 2), in pixels of ``rgb``.
        donor: somebody else.
        rng: decides everything.
    """
    filmed = Corruption.by_camera(rng)(rgb) if rng.random() < FILMED_SHARE else rgb
    # What a generator makes has no camera's noise, unless it was made from a frame.
    source = (filmed if rng.random() < 0.5 else rgb).astype(np.float32)
    target = filmed.astype(np.float32)
    if rng.random() < SWAPPED_SHARE:
        source, mask = _swapped(target, landmarks, donor, rng)
    else:
        source, target, mask = _self_blended(source, target, landmarks, rng)
    fake = source * mask[..., None] + target * (1 - mask[..., None])
    return whole(target), whole(fake)


def _swapped(target: Picture, landmarks: Floats, donor: PortraitFace, rng: Generator) -> tuple[Picture, Mask]:
    """The donor's face, a little askew, and the mask through which it shows."""
    side = target.shape[0]
    mask = softened(region(_drawn(SWAP_REGION_WEIGHTS, rng), landmarks, side), rng)
    askew = landmarks + rng.normal(0, 0.02, 2).astype(np.float32) * side
    middle = askew.mean(axis=0)
    askew = (askew - middle) * np.float32(rng.uniform(0.9, 1.1)) + middle
    source = like_in_colour(placed(donor, askew, side), target, mask, rng)
    return (differing(source, rng) if rng.random() < 0.7 else source), mask


def _self_blended(source: Picture, target: Picture, landmarks: Floats, rng: Generator) -> tuple[Picture, Picture, Mask]:
    """The face's own changed version, the picture it is put into, and the mask."""
    side = target.shape[0]
    name = _drawn(REGION_WEIGHTS, rng)
    mask = softened(region(name, landmarks, side), rng) * np.float32(rng.choice(BLEND_RATIOS))
    if rng.random() < 0.7:
        source = differing(source, rng)
    else:
        target = differing(target, rng)
    source = moved(source, rng)
    if rng.random() < 0.25:
        source = bent(source, rng)
    return source, target, mask


def _drawn(weights: dict[str, float], rng: Generator) -> str:
    return str(rng.choice(list(weights), p=list(weights.values())))


def moved(rgb: Picture, rng: Generator) -> Picture:
    """The picture shifted, scaled and gently bent, by a few hundredths of its side."""
    side = rgb.shape[0]
    scale = rng.uniform(0.95, 1 / 0.95)
    dx, dy = rng.uniform(-0.03, 0.03, 2) * side
    middle = side / 2
    matrix = np.array([[scale, 0, middle * (1 - scale) + dx], [0, scale, middle * (1 - scale) + dy]])
    placed_anew = cv2.warpAffine(rgb, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if rng.random() < 0.5:
        maps = displacement(rng, side, strength_px=rng.uniform(0, 0.015) * side, smoothness_px=side / 5)
        placed_anew = cv2.remap(placed_anew, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(placed_anew, np.float32)


def bent(rgb: Picture, rng: Generator) -> Picture:
    """The picture so distorted that a face looks wrong, as where a forger's model of it slips."""
    side = rgb.shape[0]
    maps = displacement(rng, side, strength_px=rng.uniform(0.02, 0.07) * side, smoothness_px=side / rng.uniform(3, 7))
    return np.asarray(cv2.remap(rgb, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32)
