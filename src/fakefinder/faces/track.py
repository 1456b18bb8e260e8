"""track_faces: boxes in successive frames become one FaceTrack a person, for the evidence.

No published score depends on tracks. Frames may be a fraction of a second or some seconds apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fakefinder.faces.finder import FaceBox
from fakefinder.records.report import Box

MIN_IOU = 0.2
"""Equal squares overlap by this much after a move of two thirds of their side; neighbours in one frame seldom do."""
MAX_MOVE = 1.0
"""Farthest move of the centre, in mean box sides, where boxes overlap less: people side by side are farther apart."""
MAX_GROWTH = 1.5
"""Largest ratio of box sides in such a move."""
MAX_GAP = 3
"""A face not seen for more frames than this starts a new track: by then somebody else may have taken its place."""


class Seen(NamedTuple):
    """Where a face was seen: ``position`` in the sequence of frames, ``box`` among the boxes of that frame."""

    position: int
    box: int


@dataclass(frozen=True)
class FaceTrack:
    """One person's boxes over time, at most one a frame; ``track`` counts from 0 by first appearance."""

    track: int
    seen: tuple[Seen, ...]


def track_faces(boxes_per_frame: Sequence[Sequence[FaceBox]], *, min_iou: float = MIN_IOU) -> list[FaceTrack]:
    """The tracks of all boxes; each box is in exactly one.

    In each frame the pair of a track's last box and a new box that are most alike is joined first. Any pair that
    overlaps by ``min_iou`` comes before any pair that is joined for being near and of similar size.
    """
    seen: list[list[Seen]] = []
    for position, boxes in enumerate(boxes_per_frame):
        alive = {
            track: boxes_per_frame[last[-1].position][last[-1].box].xyxy
            for track, last in enumerate(seen)
            if position - last[-1].position <= MAX_GAP + 1
        }
        joined = _joined(alive, [box.xyxy for box in boxes], min_iou)
        for index in range(len(boxes)):
            if index in joined:
                seen[joined[index]].append(Seen(position, index))
            else:
                seen.append([Seen(position, index)])
    return [FaceTrack(track, tuple(places)) for track, places in enumerate(seen)]


def _joined(last_boxes: dict[int, Box], boxes: Sequence[Box], min_iou: float) -> dict[int, int]:
    """Index of a box to the track that it continues."""
    pairs = [
        (-alike, track, index)
        for track, last in last_boxes.items()
        for index, box in enumerate(boxes)
        if (alike := _likeness(last, box, min_iou)) is not None
    ]
    joined: dict[int, int] = {}
    for _, track, index in sorted(pairs):
        if index not in joined and track not in joined.values():
            joined[index] = track
    return joined


def _likeness(a: Box, b: Box, min_iou: float) -> float | None:
    """The IoU where it is enough; else minus the move in box sides where that is small; else None."""
    iou = box_iou(a, b)
    if iou >= min_iou:
        return iou
    side_a, side_b = _side(a), _side(b)
    if min(side_a, side_b) <= 0 or max(side_a, side_b) > MAX_GROWTH * min(side_a, side_b):
        return None
    move = math.dist(_centre(a), _centre(b)) / ((side_a + side_b) / 2)
    return -move if move <= MAX_MOVE else None


def box_iou(a: Box, b: Box) -> float:
    """Intersection over union, in [0, 1]; 0 where a box has no area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def _side(box: Box) -> float:
    """The mean of width and height."""
    return (box[2] - box[0] + box[3] - box[1]) / 2


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
