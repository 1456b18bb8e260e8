"""Trial videos: small made videos, and what a detector did with one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from fakefinder.detectors.base import Detector, Evidence
from fakefinder.errors import VideoUnreadable
from fakefinder.media import open_video
from fakefinder.media.video import RGB, Frame, Video, VideoInfo

_WIDTH, _HEIGHT, _FPS, _FRAMES = 160, 120, 20.0, 40


@dataclass(frozen=True)
class TrialVideos:
    """Paths of videos without a face: two that differ in every pixel, and one of a single frame."""

    dark: Path
    bright: Path
    still: Path


def make_trial_videos(folder: Path) -> TrialVideos:
    """Three videos written into ``folder``: 160 x 120 pixels, 20 frames per second, 2 seconds or one frame.

    Raises:
        RuntimeError: OpenCV has no MPEG-4 encoder here.
    """
    dark = [_stripes(step, low=10, high=70) for step in range(_FRAMES)]
    bright = [_stripes(-2 * step, low=150, high=245) for step in range(_FRAMES)]
    videos = TrialVideos(folder / "dark.mp4", folder / "bright.mp4", folder / "still.mp4")
    for path, pictures in ((videos.dark, dark), (videos.bright, bright), (videos.still, dark[:1])):
        write_video(path, pictures)
    return videos


def write_video(path: Path, pictures: Iterable[RGB]) -> None:
    """``path`` as an MPEG-4 video of ``pictures``, all of one size, at 20 frames per second."""
    writer: cv2.VideoWriter | None = None
    for rgb in pictures:
        if writer is None:
            height, width = rgb.shape[:2]
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), _FPS, (width, height))
            if not writer.isOpened():
                raise RuntimeError(f"OpenCV cannot write {path}")
        writer.write(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if writer is not None:
        writer.release()


def _stripes(shift: int, *, low: int, high: int) -> RGB:
    """Soft diagonal stripes, moved by ``shift`` pixels: uint8 (120, 160, 3)."""
    y, x = np.mgrid[:_HEIGHT, :_WIDTH]
    wave = (np.sin((x + y + shift) / 9) + 1) / 2
    grey = low + (high - low) * wave
    return np.stack([grey, grey * 0.9, grey * 0.8], axis=-1).astype(np.uint8)


@dataclass
class Watched:
    """A video that notes how it is read.

    Its frames own their pixels, so that a kept crop keeps the frame alive, and cannot be written to: in a
    scan several detectors look at the same frame.
    """

    video: Video
    out_of_order: bool = False
    _given: list[weakref.ref[RGB]] = field(default_factory=list)

    @property
    def info(self) -> VideoInfo:
        return self.video.info

    @property
    def memo(self) -> dict[object, object]:
        return self.video.memo

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        wanted = list(indices)
        self.out_of_order |= any(b <= a for a, b in pairwise([-1, *wanted]))
        for frame in self.video.frames(wanted):
            rgb = frame.rgb.copy()
            rgb.flags.writeable = False
            self._given.append(weakref.ref(rgb))
            yield Frame(frame.index, frame.time_seconds, rgb)
            del rgb, frame

    def frames_alive(self) -> int:
        """The number of frames that something still holds."""
        gc.collect()
        return sum(given() is not None for given in self._given)


@dataclass
class Broken:
    """A video whose header can be read and whose pictures cannot: no frames, or an error."""

    video: Video
    error: VideoUnreadable | None = None

    @property
    def info(self) -> VideoInfo:
        return self.video.info

    @property
    def memo(self) -> dict[object, object]:
        return self.video.memo

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        if self.error is not None:
            raise self.error
        yield from ()


@dataclass(frozen=True)
class Trial:
    """What a detector answered, and how it read the video."""

    evidence: Evidence
    info: VideoInfo
    out_of_order: bool
    frames_kept: int


def try_on(detector: Detector, path: Path) -> Trial:
    """The detector's answer on the video at ``path``, opened for this alone."""
    with open_video(path) as video:
        watched = Watched(video)
        evidence = detector.score(watched)
        return Trial(evidence, video.info, watched.out_of_order, watched.frames_alive())
