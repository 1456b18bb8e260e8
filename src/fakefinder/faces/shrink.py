"""Shrink: the smaller picture in which a published system looks for faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from PIL import Image

from fakefinder.media.video import RGB


class Shrink(Protocol):
    """Makes a frame smaller. Hashable; two that are equal give equal pictures."""

    def __call__(self, rgb: RGB) -> tuple[RGB, float]:
        """The smaller picture, and the factor that takes its pixels to those of the frame."""
        ...

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class FullSize:
    """Leaves frames as they are."""

    def __call__(self, rgb: RGB) -> tuple[RGB, float]:
        return rgb, 1.0


@dataclass(frozen=True)
class HalfSize:
    """Half the width and height, rounded down, by Pillow's bicubic filter with antialiasing."""

    def __call__(self, rgb: RGB) -> tuple[RGB, float]:
        height, width = rgb.shape[:2]
        size = max(width // 2, 1), max(height // 2, 1)
        return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC)), 2.0


@dataclass(frozen=True)
class LongerSide:
    """A longer side of ``px`` pixels by OpenCV's linear filter without antialiasing; small frames grow.

    Sides are rounded down after a product of floats, so that the longer one may lack a pixel: 854 x 480 gives
    479 x 269 for 480 ``px``. The factor back to the frame is that of the wanted side.
    """

    px: int

    def size(self, width: int, height: int) -> tuple[int, int, float]:
        """Width and height of the picture made from a frame of ``width`` x ``height``, and the factor back."""
        scale = self.px / max(width, height)
        return max(int(width * scale), 1), max(int(height * scale), 1), 1 / scale

    def __call__(self, rgb: RGB) -> tuple[RGB, float]:
        width, height, to_frame = self.size(rgb.shape[1], rgb.shape[0])
        return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8), to_frame


@dataclass(frozen=True)
class AtMost:
    """A longer side of ``px`` pixels by averaging over areas; smaller frames stay as they are."""

    px: int

    def __call__(self, rgb: RGB) -> tuple[RGB, float]:
        height, width = rgb.shape[:2]
        to_frame = max(width, height) / self.px
        if to_frame <= 1:
            return rgb, 1.0
        size = max(round(width / to_frame), 1), max(round(height / to_frame), 1)
        return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8), to_frame
