"""Which faces are judged: boxes that overlap from frame to frame, as many faces as the frames usually show.

Boxes are in whole pixels here, corners included: a side is x2 - x1 + 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fakefinder.faces.finder import FaceBox
from fakefinder.faces.track import FaceTrack, Seen

Rectangle = tuple[int, int, int, int]
"""x1, y1, x2, y2."""

MIN_IOU = 0.5
"""Overlap from which on a box continues a track."""
MOST_FACES = 2


def in_whole_pixels(box: FaceBox) -> Rectangle:
    """The box with its coordinates truncated towards zero; it may leave the frame."""
    x1, y1, x2, y2 = (int(v) for v in box.xyxy)
    return x1, y1, x2, y2


def usual_face_count(counts: Sequence[int]) -> int:
    """The most frequent number of faces in a frame; of equally frequent ones, the first in time."""
    tally = Counter(counts)
    return max(tally, key=tally.__getitem__)


def overlapping_tracks(rectangles: Sequence[Sequence[Rectangle]]) -> list[FaceTrack]:
    """The tracks, numbered by first appearance; ``rectangles`` are those of each frame, best first.

    A box goes to the track whose last box, however old, it overlaps most, if that is by ``MIN_IOU``; else it starts a
    track. A second box for the same track in a frame is in no track.
    """
    seen: list[list[Seen]] = []
    last: list[Rectangle] = []
    for position, boxes in enumerate(rectangles):
        before = tuple(last)
        taken: set[int] = set()
        for index, box in enumerate(boxes):
            track = _continued(box, before)
            if track is None:
                seen.append([Seen(position, index)])
                last.append(box)
            elif track not in taken:
                taken.add(track)
                seen[track].append(Seen(position, index))
                last[track] = box
    return [FaceTrack(track, tuple(places)) for track, places in enumerate(seen)]


def _continued(box: Rectangle, last: Sequence[Rectangle]) -> int | None:
    overlaps = [overlap(box, other) for other in last]
    best = max(range(len(last)), key=overlaps.__getitem__, default=None)
    return best if best is not None and overlaps[best] >= MIN_IOU else None


def overlap(a: Rectangle, b: Rectangle) -> float:
    """Intersection over union of two boxes, in [0, 1]."""
    common = _area(max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    return common / max(_area(*a) + _area(*b) - common, 1)


def _area(x1: int, y1: int, x2: int, y2: int) -> int:
    return max(x2 - x1 + 1, 0) * max(y2 - y1 + 1, 0)


def judged_tracks(tracks: Sequence[FaceTrack], face_count: int) -> list[FaceTrack]:
    """The tracks that are judged, longest first: ``face_count`` of them, two at most."""
    longest_first = sorted(tracks, key=lambda track: len(track.seen), reverse=True)
    return longest_first[: min(face_count, MOST_FACES)]


def stand_ins(track: FaceTrack, frame_count: int) -> list[int]:
    """For each of ``frame_count`` frames, which of the track's ``seen`` stands for it: the nearest in time.

    Between two equally near ones, the earlier.
    """
    found = []
    nearest = 0
    for position in range(frame_count):
        following = track.seen[nearest + 1 : nearest + 2]
        if following and abs(track.seen[nearest].position - position) > abs(following[0].position - position):
            nearest += 1
        found.append(nearest)
    return found
