"""picture: the face that tells most of why a detector gave a video its score."""

from __future__ import annotations

from collections.abc import Iterable

from fakefinder.records.report import Evidence, TrackScore


def pictures(evidence: Iterable[Evidence]) -> dict[str, bytes]:
    """For each detector that has one, the JPEG of the face that it scored highest.

    A fake is missed because even that face scored low, and a false alarm is raised because it scored high. Where a
    detector scores no single faces, its first one stands in.
    """
    found = {}
    for one in evidence:
        with_picture = [track for track in one.tracks if track.thumbnail]
        if one.score is not None and with_picture:
            found[one.detector] = max(with_picture, key=_score).thumbnail or b""
    return found


def _score(track: TrackScore) -> float:
    return -1.0 if track.score is None else track.score
