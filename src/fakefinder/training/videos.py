"""Labelled videos: the faces in them, found once as the detector finds them and kept in the run's folder."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.trainable import SeenFaces, Trainable
from fakefinder.errors import UsageError, VideoError
from fakefinder.media import open_video
from fakefinder.media.video import RGB
from fakefinder.training.checkpoint import write_whole
from fakefinder.weights.active import file_sha256

FOLDER = "videos"
RGBs = NDArray[np.uint8]


@dataclass(frozen=True)
class LabelledVideo:
    """A video or still picture; ``group`` names what must not be split, such as a person, or is empty."""

    name: str
    file: Path
    fake: bool
    group: str = ""


@dataclass(frozen=True)
class VideoFaces:
    """The faces of a labelled video: their crops in the file ``pixels``, and those of each face by number."""

    video: LabelledVideo
    sha256: str
    pixels: Path
    tracks: tuple[tuple[int, ...], ...]

    @property
    def count(self) -> int:
        """Crops in all."""
        return sum(map(len, self.tracks))

    def crops(self) -> RGBs:
        """The crops, uint8 (count, h, w, 3); read from the file when they are looked at."""
        crops: RGBs = np.load(self.pixels, mmap_mode="r")
        return crops


def find_video_faces(
    videos: Sequence[LabelledVideo],
    trainable: Trainable,
    folder: Path,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> list[VideoFaces]:
    """The videos that show a face, in their order; of equal files the first.

    One that cannot be read counts as one without faces.

    Raises:
        UsageError: equal files are called real and fake.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    found, first = [], dict[str, LabelledVideo]()
    for done, video in enumerate(videos, start=1):
        watch(done, len(videos))
        sha256 = file_sha256(video.file)
        if sha256 in first:
            _refuse_contradiction(first[sha256], video)
            continue
        first[sha256] = video
        pixels = folder / FOLDER / f"{trainable.crop_key}-{sha256}.npy"
        tracks = pixels.with_suffix(".json")
        if not tracks.is_file():
            seen = _seen(video, trainable)
            write_whole(pixels, _encoded(seen.crops))
            write_whole(tracks, json.dumps([list(track) for track in seen.tracks]).encode())
        one = VideoFaces(video, sha256, pixels, tuple(tuple(track) for track in json.loads(tracks.read_bytes())))
        if one.count:
            found.append(one)
    return found


def _refuse_contradiction(a: LabelledVideo, b: LabelledVideo) -> None:
    if a.fake != b.fake:
        sentence = f"{a.name} and {b.name} are equal files, once real and once fake."
        raise UsageError(sentence, hint="Correct one label, or remove one line.")


def _seen(video: LabelledVideo, trainable: Trainable) -> SeenFaces:
    try:
        with open_video(video.file) as opened:
            return trainable.faces(opened)
    except VideoError:
        return SeenFaces((), ())


def _encoded(crops: Sequence[RGB]) -> bytes:
    content = io.BytesIO()
    np.save(content, np.array(crops, np.uint8))
    return content.getvalue()
