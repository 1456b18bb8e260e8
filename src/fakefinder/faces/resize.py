"""Resize: the picture in which RetinaFace looks for faces, and the size for which its prior boxes are laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import cv2
import numpy as np

from fakefinder.media.video import RGB


class Picture(NamedTuple):
    """What is searched: ``rgb``; its pixels over those of the frame; height and width the priors are laid out for."""

    rgb: RGB
    ratio: float
    prior_size: tuple[int, int]


class Resize(Protocol):
    """Makes the picture that is searched. Hashable; two that are equal give equal pictures."""

    def __call__(self, rgb: RGB) -> Picture: ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class Unresized:
    """The frame itself."""

    def __call__(self, rgb: RGB) -> Picture:
        return Picture(rgb, 1.0, (rgb.shape[0], rgb.shape[1]))


@dataclass(frozen=True)
class ShorterSide:
    """A shorter side of ``side_px`` by OpenCV's linear filter, unless the longer one is then above ``longest_px``.

    OpenCV rounds the size of the picture; the priors are laid out for the size rounded down. That is at most one
    pixel less, and moves boxes by that much at the far border.
    """

    side_px: int
    longest_px: int

    def __call__(self, rgb: RGB) -> Picture:
        height, width = rgb.shape[:2]
        ratio = self.side_px / min(height, width)
        if round(ratio * max(height, width)) > self.longest_px:
            ratio = self.longest_px / max(height, width)
        # Factors and no size: OpenCV then samples 1 / ratio apart, whatever the size is rounded to.
        resized = rgb if ratio == 1 else cv2.resize(rgb, None, fx=ratio, fy=ratio, interpolation=cv2.INTER_LINEAR)
        return Picture(np.asarray(resized, np.uint8), ratio, (int(height * ratio), int(width * ratio)))
