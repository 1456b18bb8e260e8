"""IouTracker: which boxes of successive searches are one face, by the rule of the published system.

A video is sampled at about 15 frames a second, its positions; every third position is searched for faces. A track
has an entry at each position from its first search to its last; between searches its boxes are interpolated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fakefinder.faces.finder import FaceBox
from fakefinder.faces.track import box_iou
from fakefinder.records.report import Box

SEARCH_EVERY = 3
"""Positions from one search to the next."""
LEAST_CONFIDENCE = 0.3
MIN_IOU = 0.3
MIN_SEARCHES = 7
MIN_BEST_CONFIDENCE = 0.9
"""What a track must reach, at least once, to be judged."""


@dataclass(eq=False)
class IouTrack:
    """One face in successive searches, the ``first`` of them counted from 0; ``confidence`` is the highest so far."""

    first: int
    faces: list[FaceBox]
    confidence: float

    @property
    def counts(self) -> bool:
        """True from when it is long and sure enough to be judged; it stays so."""
        return len(self.faces) >= MIN_SEARCHES and self.confidence >= MIN_BEST_CONFIDENCE

    @property
    def start(self) -> int:
        """The position of entry 0."""
        return SEARCH_EVERY * self.first

    @property
    def entries(self) -> int:
        """How many positions have a box so far."""
        return SEARCH_EVERY * (len(self.faces) - 1) + 1

    @property
    def new_entries(self) -> range:
        """The entries that the latest search has given a box."""
        return range(max(self.entries - SEARCH_EVERY, 0), self.entries)

    def box_at(self, entry: int) -> Box:
        """The box of an entry, of float32 values; interpolated in float64 between searches."""
        search, after = divmod(entry, SEARCH_EVERY)
        if after == 0:
            return self.faces[search].xyxy
        before, behind = (np.array(face.xyxy) for face in self.faces[search : search + 2])
        x1, y1, x2, y2 = ((behind - before) / SEARCH_EVERY * after + before).astype(np.float32).tolist()
        return x1, y1, x2, y2


class IouTracker:
    """Follows faces from search to search; a face that one search misses is another track when it is seen again.

    ``active`` are the tracks that the latest search went on with or began; ``next_search`` follows the latest.
    """

    def __init__(self) -> None:
        self.active: list[IouTrack] = []
        self.next_search = 0

    def step(self, search: int, faces: Sequence[FaceBox]) -> list[IouTrack]:
        """Take in the faces of a search; the tracks that end with it.

        Each track in turn takes the face that overlaps most with its last box, of equal ones the first. A search that
        could not be made, as its frame cannot be decoded, ends all tracks.
        """
        free = [face for face in faces if face.confidence >= LEAST_CONFIDENCE]
        ended, going_on = [], []
        for track in self.active:
            overlaps = [box_iou(track.faces[-1].xyxy, face.xyxy) for face in free]
            if search != self.next_search or max(overlaps, default=0) < MIN_IOU:
                ended.append(track)
                continue
            best = free.pop(overlaps.index(max(overlaps)))
            track.faces.append(best)
            track.confidence = max(track.confidence, best.confidence)
            going_on.append(track)
        self.active = going_on + [IouTrack(search, [face], face.confidence) for face in free]
        self.next_search = search + 1
        return ended

    def finish(self) -> list[IouTrack]:
        """The tracks that end with the video."""
        ended, self.active = self.active, []
        return ended
