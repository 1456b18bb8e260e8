"""FaceStream: follows the faces of a video in one forward pass, with the last few frames in hand.

Crops are cut as soon as the boxes they need are known: between two searches a box is known at the second of them,
and a sequence of seven frames is cut when its last box is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest

import numpy as np

from fakefinder.detectors.ntech.crops import face_pixels
from fakefinder.detectors.ntech.judge import Crop, CropJudge, JudgedTrack
from fakefinder.detectors.ntech.plan import NetName, Planned, complete_at, first_needed
from fakefinder.detectors.ntech.tracks import SEARCH_EVERY, IouTrack, IouTracker
from fakefinder.faces.crop import thumbnail
from fakefinder.faces.finder import FaceBox
from fakefinder.media.video import Frame

SHORTER_SIDE: dict[NetName, int] = {"sequence": 224, "wide": 192, "close": 224}
"""Of a crop in pixels, once it is resized."""
DROPPED_SHOWN = 16
"""Of the tracks that do not count, the longest are told of, at most so many."""


class FaceStream:
    """Takes the sampled frames of a video in order; knows the tracks that count once it is finished.

    ``counted`` are in the order in which they ended; ``dropped`` are the longest of the others.
    """

    def __init__(self, judge: CropJudge) -> None:
        self.counted: list[JudgedTrack] = []
        self.dropped: list[JudgedTrack] = []
        self._judge = judge
        self._tracker = IouTracker()
        self._judged: dict[IouTrack, JudgedTrack] = {}
        self._frames: dict[int, Frame] = {}

    def add(self, position: int, frame: Frame, faces: Sequence[FaceBox] | None) -> None:
        """Take the frame of a position, and its faces where it was searched."""
        self._frames[position] = frame
        search = position // SEARCH_EVERY
        if search >= self._tracker.next_search:  # also where the frame to be searched could not be decoded
            self._end(self._tracker.step(search, faces or ()))
            for track in self._tracker.active:
                self._extend(track, frame)
        needed = min((t.start + first_needed(t.entries) for t in self._tracker.active), default=position + 1)
        self._frames = {at: frame for at, frame in self._frames.items() if at >= needed}

    def finish(self) -> None:
        """End all tracks, and judge what is left."""
        self._end(self._tracker.finish())
        self._frames.clear()
        self._judge.finish()

    def _extend(self, track: IouTrack, frame: Frame) -> None:
        """Note and cut what has become known of a track with the search of ``frame``."""
        judged = self._judged.setdefault(track, JudgedTrack(track))
        if track.faces[-1].confidence == track.confidence:
            judged.thumbnail = thumbnail(frame, track.faces[-1])
        for entry in track.new_entries:
            seen = self._frames.get(track.start + entry)
            if seen is not None:
                judged.frames[entry] = seen.index, seen.time_seconds
            for planned in complete_at(entry):
                self._cut(judged, planned)

    def _cut(self, judged: JudgedTrack, planned: Planned) -> None:
        """Have a face judged; not where one of the frames is missing, or has no pixels of it."""
        track, net = judged.track, planned.net
        box, pictures = track.box_at(planned.box_entry), []
        for entry in planned.entries:
            frame = self._frames.get(track.start + entry)
            if frame is None:
                return
            picture = face_pixels(frame.rgb, box, mirrored=planned.mirrored, shorter_side=SHORTER_SIDE[net])
            if picture is None:
                return
            pictures.append(picture)
        self._judge.put(Crop(judged, net, planned.entries[0], np.stack(pictures)))

    def _end(self, tracks: Sequence[IouTrack]) -> None:
        for track in tracks:
            judged = self._judged.pop(track)
            if track.counts:
                self.counted.append(judged)
            else:
                self._judge.drop(judged)
                self.dropped = nlargest(DROPPED_SHOWN, [*self.dropped, judged], key=lambda one: one.track.entries)
