"""VideoInfo and Frame: what a video is once it has been probed, and one decoded picture of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from operator import index as index_of
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.uint8]
"""uint8, shape (height, width, 3), channels red, green, blue."""


@dataclass(frozen=True)
class VideoInfo:
    """What probing learned. Fields that end in ``_from_header`` are claims of the file, the others were checked.

    ``width``/``height`` are those of the first decoded frame, upright (rotation applied).
    ``frame_count_from_header`` is what OpenCV's CAP_PROP_FRAME_COUNT gives, on which published
    recipes sample; ``frame_count`` is the number of pictures found by reading the whole stream.
    ``rotation_degrees`` is the counter-clockwise turn that was applied to make the picture upright.
    """

    path: Path
    bytes: int
    codec: str
    width: int
    height: int
    rotation_degrees: int
    fps_from_header: Fraction
    frame_count_from_header: int
    frame_count: int
    duration_seconds_from_header: float
    duration_seconds: float
    variable_frame_rate: bool

    @property
    def name(self) -> str:
        """The file name without its folders."""
        return self.path.name

    @property
    def is_still(self) -> bool:
        """True for a picture and for a video of one frame."""
        return self.frame_count == 1


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture: ``rgb`` uint8 (H, W, 3), upright; ``index`` counts from 0 in presentation order.

    Several detectors are shown the same frame, so its pixels cannot be written to; copy them for that.
    """

    index: int
    time_seconds: float
    rgb: RGB

    @property
    def height(self) -> int:
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        return int(self.rgb.shape[1])

    def __repr__(self) -> str:
        return f"Frame(index={self.index}, time_seconds={self.time_seconds:.3f}, rgb={self.width}x{self.height})"


def strictly_ascending(indices: Iterable[int]) -> list[int]:
    """The indices as a list of plain integers.

    Raises:
        ValueError: one is negative or not above the one before it.
    """
    found = [index_of(index) for index in indices]
    if any(after <= before for before, after in pairwise([-1, *found])):
        raise ValueError(
            "Frames are asked for by strictly ascending indices from 0 on; sort them and drop repetitions."
        )
    return found


class Video(Protocol):
    """A source that can be decoded; what a detector is given.

    ``memo`` lives as long as the scan of this video and is shared by all its detectors: a face pass
    that one detector has made is found there by the next.
    """

    @property
    def info(self) -> VideoInfo: ...

    @property
    def memo(self) -> dict[object, object]: ...

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """Yield the frames of strictly ascending ``indices``; those that cannot be decoded are left out."""
        ...
