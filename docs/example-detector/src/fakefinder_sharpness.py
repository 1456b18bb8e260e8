"""sharpness: whether a face is softer than what is around it."""

from __future__ import annotations

from statistics import fmean

import cv2
import numpy as np

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, Video
from fakefinder.faces.crop import crop, thumbnail
from fakefinder.faces.finder import FaceBox, find_faces
from fakefinder.faces.track import FaceTrack, track_faces
from fakefinder.media.sample import batches, distinct, spread
from fakefinder.media.video import RGB
from fakefinder.records.report import FrameScore, TrackScore

FRAMES = 16
SURROUNDINGS = 0.5
"""Width of the band around a face that it is compared with, in sides of its box. Chosen by hand."""

Face = tuple[FrameScore, bytes]
"""A scored face and its thumbnail."""


class Sharpness(Detector):
    """Early face swaps were pasted in at a lower resolution than the picture around them."""

    card = DetectorCard(
        name="sharpness",
        version="1",
        title="Example: is a face softer than its surroundings?",
        summary="Compares fine detail inside a face with that in a band around it: 0.5 is as sharp, above is softer.",
        coverage="16 instants spread evenly from the first to the last frame; all faces in them.",
        caveats=("Smooth skin, make-up and a textured background look soft too; newer face swaps do not.",),
        needs_weights=False,
    )

    def load(self) -> None:
        from fakefinder.faces.mtcnn import MtcnnFinder

        self._finder = MtcnnFinder(thresholds=(0.6, 0.7, 0.7), factor=0.709, largest_first=True, device=self.device)

    def score(self, video: Video) -> Evidence:
        times: list[float] = []
        boxes: list[list[FaceBox]] = []
        faces: list[list[Face]] = []
        for batch in batches(video.frames(distinct(spread(video.info.frame_count, FRAMES))), 4):
            for frame, found in zip(batch, find_faces(video, batch, self._finder), strict=True):
                times.append(frame.time_seconds)
                boxes.append(found)
                faces.append([_face(frame, box) for box in found])
        if not times:
            return self.abstained("unreadable")
        tracks = [_track_score(track, faces) for track in track_faces(boxes)]
        scores = [track.score for track in tracks if track.score is not None]
        if not scores:
            return self.abstained("no_face", times=times, tracks=tracks)
        return self.scored(max(scores), times=times, tracks=tracks)


def softness(rgb: RGB, box: FaceBox) -> float | None:
    """How much softer a face is than the band around it, in [0, 1]; None where neither has any detail."""
    x1, y1, x2, y2 = (round(edge) for edge in box.xyxy)
    band = round(SURROUNDINGS * max(x2 - x1, y2 - y1))
    detail = np.abs(cv2.Laplacian(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    inside = crop(detail, (x1, y1, x2, y2))
    whole = crop(detail, (x1 - band, y1 - band, x2 + band, y2 + band))
    if inside.size == 0 or whole.size == inside.size:
        return None
    around = float(whole.sum() - inside.sum()) / (whole.size - inside.size)
    total = around + float(inside.mean())
    return around / total if total > 0 else None


def _face(frame: Frame, box: FaceBox) -> Face:
    score = FrameScore(index=frame.index, time_seconds=frame.time_seconds, score=softness(frame.rgb, box), box=box.xyxy)
    return score, thumbnail(frame, box)


def _track_score(track: FaceTrack, faces: list[list[Face]]) -> TrackScore:
    """The mean over one person's faces."""
    seen = [faces[place.position][place.box] for place in track.seen]
    scores = [face.score for face, _ in seen if face.score is not None]
    return TrackScore(
        track=track.track,
        score=fmean(scores) if scores else None,
        frames=tuple(face for face, _ in seen),
        thumbnail=seen[0][1],
    )
