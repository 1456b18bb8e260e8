"""Whether evidence can be true of the video that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fakefinder.detectors.base import DetectorCard, Evidence
from fakefinder.media.video import VideoInfo
from fakefinder.records.report import Box, TrackScore

_SLACK_SECONDS = 0.1
"""The duration counts the last frame's own time in some containers and not in others."""


def evidence_breach(evidence: Evidence, card: DetectorCard, info: VideoInfo) -> str | None:
    """The first thing that cannot be true, as a sentence; None where all can."""
    return next(_breaches(evidence, card, info), None)


def _breaches(evidence: Evidence, card: DetectorCard, info: VideoInfo) -> Iterator[str]:
    if not isinstance(evidence, Evidence):
        yield f"`score` gave a {type(evidence).__name__}, not Evidence."
        return
    if (evidence.detector, evidence.version) != (card.name, card.version):
        yield f"The evidence is signed {evidence.detector} {evidence.version}, the card {card.name} {card.version}."
    if evidence.status == "failed":
        yield "`score` gave the status `failed`; it should abstain with a reason, or raise."
    if evidence.status == "abstained" and not evidence.message:
        yield f"The abstention {evidence.reason} has no sentence for a person."
    if evidence.status == "scored" and card.needs_weights and not evidence.weights_sha256:
        yield "A score without the sha256 of its weights."
    yield from _coverage_breaches(evidence, info)
    for track in evidence.tracks:
        yield from _track_breaches(track, info)


def _coverage_breaches(evidence: Evidence, info: VideoInfo) -> Iterator[str]:
    coverage = evidence.coverage
    if coverage is None:
        if evidence.status == "scored":
            yield "A score without coverage: say which seconds and frames it speaks of."
        return
    end = info.duration_seconds + _SLACK_SECONDS
    if not -_SLACK_SECONDS <= coverage.from_seconds <= coverage.to_seconds <= end:
        yield f"Coverage from {coverage.from_seconds} s to {coverage.to_seconds} s of {info.duration_seconds} s."
    if not 0 < coverage.frames <= info.frame_count:
        yield f"Coverage of {coverage.frames} frames; the video has {info.frame_count}."
    in_tracks = sum(len(track.frames) for track in evidence.tracks)
    if coverage.faces != in_tracks:
        yield f"Coverage of {coverage.faces} faces, but {in_tracks} in the tracks."
    if len({track.track for track in evidence.tracks}) != len(evidence.tracks):
        yield "Two tracks have the same number."


def _track_breaches(track: TrackScore, info: VideoInfo) -> Iterator[str]:
    indices = [frame.index for frame in track.frames]
    if any(b <= a for a, b in pairwise(indices)):
        yield f"Track {track.track} does not go forward: frames {indices}."
    if indices and indices[-1] >= info.frame_count:
        yield f"Track {track.track} has frame {indices[-1]}; the video has {info.frame_count} frames."
    for frame in track.frames:
        if not _meets_picture(frame.box, info):
            yield f"Track {track.track} has the box {frame.box} outside the picture in frame {frame.index}."


def _meets_picture(box: Box, info: VideoInfo) -> bool:
    x1, y1, x2, y2 = box
    return max(x1, 0) < min(x2, info.width) and max(y1, 0) < min(y2, info.height)
