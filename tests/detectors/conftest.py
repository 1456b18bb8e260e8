"""A video in memory and a finder that knows where the faces are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame, VideoInfo

FPS = 25


@dataclass
class MemoryVideo:
    """``decodable`` frames of noise; ``asked`` notes the indices a detector asked for."""

    info: VideoInfo
    decodable: int
    memo: dict[object, object] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        wanted = list(indices)
        self.asked += wanted
        for index in wanted:
            if index < self.decodable:
                rng = np.random.default_rng(index)
                yield Frame(index, index / FPS, rng.integers(0, 256, (self.info.height, self.info.width, 3), np.uint8))


@dataclass(frozen=True)
class KnownFaces(FaceFinder):
    """Finds the boxes it was given for a frame number, else those for frame -1, else none."""

    boxes: Mapping[int, Sequence[tuple[float, float, float, float]]]

    @property
    def key(self) -> Hashable:
        return id(self)

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        return [[FaceBox(box, 0.9) for box in self.boxes.get(frame.index, self.boxes.get(-1, ()))] for frame in frames]


@pytest.fixture
def memory_video() -> Callable[..., MemoryVideo]:
    """``memory_video(40)`` has 40 frames; ``header`` and ``decodable`` may say otherwise."""

    def make(
        frame_count: int, *, header: int | None = None, decodable: int | None = None, size: tuple[int, int] = (96, 80)
    ) -> MemoryVideo:
        info = VideoInfo(
            path=Path("memory.mp4"),
            bytes=1,
            codec="none",
            width=size[0],
            height=size[1],
            rotation_degrees=0,
            fps_from_header=Fraction(FPS),
            frame_count_from_header=frame_count,
            frame_count=frame_count,
            duration_seconds_from_header=frame_count / FPS,
            duration_seconds=frame_count / FPS,
            variable_frame_rate=False,
        )
        info = replace(info, frame_count_from_header=frame_count if header is None else header)
        return MemoryVideo(info, frame_count if decodable is None else decodable)

    return make


@pytest.fixture
def known_faces() -> Callable[..., KnownFaces]:
    """``known_faces({-1: [box]})`` finds that box in every frame, ``{3: [box]}`` in frame 3 alone."""
    return KnownFaces
