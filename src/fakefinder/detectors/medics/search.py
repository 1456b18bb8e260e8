"""look: the one pass over the video's first frames, in which every tenth is searched for faces."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fakefinder.detectors.crops import up_to_gap
from fakefinder.detectors.medics.regions import EVERY
from fakefinder.faces.crop import thumbnail
from fakefinder.faces.finder import FaceBox, FaceFinder, find_faces
from fakefinder.faces.track import track_faces
from fakefinder.media.aside import frames_aside
from fakefinder.media.video import Video
from fakefinder.records.report import FrameScore, TrackScore

FRAMES = 100
"""No frame behind these is ever looked at."""


@dataclass(frozen=True)
class Seen:
    """The seconds of frames 0, 1, 2, ..., which lie aside, and the faces of every tenth of them."""

    times: list[float]
    faces: list[list[FaceBox]]

    @property
    def searched(self) -> range:
        """The numbers of the frames that were searched."""
        return range(0, len(self.times), EVERY)

    @property
    def any_face(self) -> bool:
        return any(self.faces)


def look(video: Video, count: int, finder: FaceFinder) -> Seen:
    """Put the first of ``count`` frames aside, and search every tenth.

    Frames behind one that cannot be decoded, or that has another size than the first, count as absent.
    """
    seen, aside, size = Seen([], []), frames_aside(video), (video.info.height, video.info.width)
    wanted = range(min(count, FRAMES))
    for frame in up_to_gap(video.frames(wanted), wanted):
        if (frame.height, frame.width) != size:
            break
        aside.put(frame)
        seen.times.append(frame.time_seconds)
        if frame.index % EVERY == 0:
            seen.faces.extend(find_faces(video, [frame], finder))
    return seen


def look_again(video: Video, seen: Seen, finder: FaceFinder) -> Seen:
    """The same frames with the faces that another finder finds."""
    aside = frames_aside(video)
    faces = [boxes for index in seen.searched for boxes in find_faces(video, [aside.get(index)], finder)]
    return replace(seen, faces=faces)


def unjudged_tracks(video: Video, seen: Seen) -> list[TrackScore]:
    """The faces that were seen, without scores."""
    tracks, aside = [], frames_aside(video)
    for track in track_faces(seen.faces):
        found = [(seen.searched[at.position], seen.faces[at.position][at.box]) for at in track.seen]
        index, box = max(found, key=lambda one: one[1].confidence)
        tracks.append(
            TrackScore(
                track=track.track,
                score=None,
                frames=tuple(
                    FrameScore(index=index, time_seconds=seen.times[index], score=None, box=box.xyxy)
                    for index, box in found
                ),
                thumbnail=thumbnail(aside.get(index), box),
            )
        )
    return tracks
