"""What detectors share that judge single face crops: gather the crops, run nets on them, show them as tracks.

Frames are taken a few at a time and let go; only the crops are kept, so memory does not grow with the video.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from statistics import fmean
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fakefinder.faces.crop import FaceCrop, thumbnail
from fakefinder.faces.finder import FaceBox, FaceFinder, find_faces
from fakefinder.faces.track import track_faces
from fakefinder.media.sample import batches
from fakefinder.media.video import RGB, Frame, Video, VideoInfo
from fakefinder.records.report import FrameScore, TrackScore

if TYPE_CHECKING:
    from torch import Tensor

    from fakefinder.nets.compile import CompiledNet

FRAMES_AT_ONCE = 4
"""Frames searched for faces together: 25 MB of pixels at 1080p."""
CROPS_AT_ONCE = {"cpu": 1, "cuda": 16}
"""Crops given to a net together. On a CPU one is as fast as eight for each crop, and takes half of the memory."""

Cut = Callable[[Frame, Sequence[FaceBox]], Iterable[tuple[FaceBox, RGB]]]
"""From a frame and its faces to the faces that are judged, each with its net input as uint8 (h, w, 3)."""


@dataclass(frozen=True)
class GatheredCrops:
    """What was looked at: ``times`` in seconds and ``faces`` of each frame, ``thumbnails`` (JPEG) of each crop."""

    times: list[float] = field(default_factory=list)
    faces: list[list[FaceCrop]] = field(default_factory=list)
    thumbnails: list[bytes] = field(default_factory=list)

    @property
    def crops(self) -> list[FaceCrop]:
        """The crops of all frames, in frame order; ``rgb`` is at the net's input size."""
        return [crop for of_one_frame in self.faces for crop in of_one_frame]


def sampling_base(info: VideoInfo) -> tuple[int, str | None]:
    """The number of frames to sample from, and the recipe's name where that is not the published one.

    Published recipes sample from the header's number. A still picture is one frame (``still``); where the header
    states no number, as live recordings do, the counted one is taken (``counted``) and the published system has no
    score.
    """
    if info.is_still:
        return 1, "still"
    if info.frame_count_from_header > 0:
        return info.frame_count_from_header, None
    return info.frame_count, "counted"


def gather(
    video: Video,
    frames: Iterable[Frame],
    finder: FaceFinder,
    cut: Cut,
    *,
    limit: int | None = None,
    at_once: int = FRAMES_AT_ONCE,
) -> GatheredCrops:
    """The crops that ``cut`` makes of the faces in ``frames``, in frame order; ``limit`` of them at most.

    Of the frames searched ``at_once`` those after the last crop are searched in vain.
    """
    gathered = GatheredCrops()
    for batch in batches(frames, at_once):
        for frame, boxes in zip(batch, find_faces(video, batch, finder), strict=True):
            gathered.times.append(frame.time_seconds)
            gathered.faces.append([])
            for box, rgb in cut(frame, boxes):
                gathered.faces[-1].append(FaceCrop(frame.index, frame.time_seconds, box, rgb))
                gathered.thumbnails.append(thumbnail(frame, box))
                if len(gathered.thumbnails) == limit:
                    return gathered
    return gathered


def resized(rgb: RGB, width: int, height: int, interpolation: int) -> RGB:
    """``rgb`` resized by OpenCV."""
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=interpolation), dtype=np.uint8)


def up_to_gap(frames: Iterable[Frame], indices: Sequence[int]) -> Iterator[Frame]:
    """The frames before the first of ``indices`` that could not be decoded."""
    for frame, wanted in zip(frames, indices, strict=False):
        if frame.index != wanted:
            return
        yield frame


def run_nets(
    nets: Sequence[CompiledNet], crops: Sequence[FaceCrop], to_input: Callable[[Tensor], Tensor], *, device: str
) -> Tensor:
    """The nets' outputs, float32 (nets, crops, ...).

    ``to_input`` maps float32 (N, 3, h, w) in [0, 1] to what the nets take.
    """
    import torch

    outputs: list[list[Tensor]] = [[] for _ in nets]
    for batch in batches(crops, CROPS_AT_ONCE[device]):
        pixels = torch.from_numpy(np.stack([crop.rgb for crop in batch])).permute(0, 3, 1, 2)
        x = to_input(pixels.to(torch.float32) / 255)
        for net, parts in zip(nets, outputs, strict=True):
            parts.append(net(x))
    return torch.stack([torch.cat(parts) for parts in outputs])


def crops_of_tracks(gathered: GatheredCrops) -> list[list[int]]:
    """For each face over time the indices of its crops, in order of time; faces by their first appearance."""
    firsts = [0, *accumulate(len(faces) for faces in gathered.faces)]
    tracks = track_faces([[crop.box for crop in faces] for faces in gathered.faces])
    return [[firsts[seen.position] + seen.box for seen in track.seen] for track in tracks]


def face_tracks(
    gathered: GatheredCrops, scores: Sequence[float] | None, of_tracks: Sequence[float] | None = None
) -> list[TrackScore]:
    """The faces as tracks for the evidence, with ``scores`` for each crop.

    A track's own score is that in ``of_tracks``, or else the mean of its frames' scores. Without ``scores`` the
    tracks say where faces were seen and that they have no score.
    """
    tracks, all_crops = [], gathered.crops
    for number, indices in enumerate(crops_of_tracks(gathered)):
        crops = [all_crops[i] for i in indices]
        of_frames = None if scores is None else [float(scores[i]) for i in indices]
        mean = fmean(of_frames) if of_frames else None
        clearest = max(range(len(indices)), key=lambda i: crops[i].box.confidence)
        tracks.append(
            TrackScore(
                track=number,
                score=of_tracks[number] if of_tracks else mean,
                frames=tuple(map(_frame_score, crops, of_frames or repeat(None))),
                thumbnail=gathered.thumbnails[indices[clearest]],
            )
        )
    return tracks


def _frame_score(crop: FaceCrop, score: float | None) -> FrameScore:
    return FrameScore(index=crop.frame_index, time_seconds=crop.time_seconds, score=score, box=crop.box.xyxy)
