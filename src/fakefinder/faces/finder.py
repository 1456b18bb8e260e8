"""FaceFinder and FaceBox: where the faces are in each frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from fakefinder.media.video import Frame, Video
from fakefinder.records.report import Box


@dataclass(frozen=True)
class FaceBox:
    """One face: ``xyxy`` in pixels of the frame (may leave it), ``confidence`` in [0, 1], ``landmarks`` (5, 2)."""

    xyxy: Box
    confidence: float
    landmarks: NDArray[np.float32] | None = field(default=None, compare=False, repr=False)


class FaceFinder(ABC):
    """Finds faces in frames. Two finders with equal ``key`` give equal boxes for equal frames."""

    @property
    @abstractmethod
    def key(self) -> Hashable:
        """All settings that influence the boxes."""

    @abstractmethod
    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame, in the finder's own order; frames may differ in size."""


def find_faces(video: Video, frames: Sequence[Frame], finder: FaceFinder) -> list[list[FaceBox]]:
    """As ``finder.find(frames)``, but a frame that was searched with an equal finder before is not searched again."""
    found = [video.memo.get((finder.key, frame.index)) for frame in frames]
    missing = [i for i, boxes in enumerate(found) if boxes is None]
    for i, boxes in zip(missing, finder.find([frames[i] for i in missing]) if missing else (), strict=True):
        video.memo[finder.key, frames[i].index] = found[i] = boxes
    return found  # type: ignore[return-value]
