"""Shrink: the smaller picture in which a published system looks for faces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

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
