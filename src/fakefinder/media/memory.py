"""MemoryVideo: a Video without a file, for tests of whatever takes one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from fakefinder.media.video import RGB, Frame, VideoInfo, strictly_ascending


class MemoryVideo:
    """A Video that shows the given pictures; ``decoded`` counts those that it has given, over all passes."""

    def __init__(self, pictures: Sequence[RGB], fps: int = 25) -> None:
        self.memo: dict[object, object] = {}
        self.decoded = 0
        self._pictures = pictures
        height, width, _ = pictures[0].shape
        self.info = VideoInfo(
            path=Path("memory"),
            bytes=sum(picture.nbytes for picture in pictures),
            codec="rawvideo",
            width=width,
            height=height,
            rotation_degrees=0,
            fps_from_header=Fraction(fps),
            frame_count_from_header=len(pictures),
            frame_count=len(pictures),
            duration_seconds_from_header=len(pictures) / fps,
            duration_seconds=len(pictures) / fps,
            variable_frame_rate=False,
        )

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """As ``Video.frames``."""
        for index in strictly_ascending(indices):
            if index < len(self._pictures):
                self.decoded += 1
                yield Frame(index, index / float(self.info.fps_from_header), self._pictures[index])
