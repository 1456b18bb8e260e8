"""From what the nets answered to the score of a video, and to the evidence of each track."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.ntech.judge import JudgedTrack
from fakefinder.detectors.ntech.plan import net_of_face
from fakefinder.detectors.ntech.tracks import SEARCH_EVERY
from fakefinder.records.report import FrameScore, TrackScore

Floats = NDArray[np.float32]

EXPONENT = 0.65
"""Takes a probability farther from 0.5."""
CLIP = (0.01, 0.99)
LEAST_WEIGHT = 1e-4


def probabilities(tracks: Sequence[JudgedTrack]) -> Floats:
    """All answers, in the published order: sequences of all tracks, then the faces of each, by net."""
    found = [p for judged in tracks for _, of_one in sorted(judged.sequences.items()) for p in of_one]
    for judged in tracks:
        faces = sorted(judged.faces.items(), key=lambda face: (net_of_face(face[0]) != "wide", face[0]))
        found += [p for _, p in faces]
    return np.array(found, np.float32)


def aggregate(p: Floats) -> float:
    """The score of one or more probabilities: each is taken farther from 0.5 and counts by how far it was."""
    distance = p - np.float32(0.5)
    size = np.abs(distance)
    sharpened = np.clip(0.5 + np.sign(distance) * size ** np.float32(EXPONENT), *CLIP)
    weights = size + np.float32(LEAST_WEIGHT)
    return float((sharpened * weights).sum() / weights.sum())


def track_scores(counted: Sequence[JudgedTrack]) -> list[TrackScore]:
    """The tracks by first appearance, each scored by the published rule on its own answers alone.

    A frame's score is the mean of the answers that look at it: of a sequence, of a single face, or of both.
    """
    return [_track_score(number, judged) for number, judged in enumerate(_by_start(counted))]


def unscored(dropped: Sequence[JudgedTrack]) -> list[TrackScore]:
    """Tracks that do not count, by first appearance: where they were found, without scores."""
    tracks = []
    for number, judged in enumerate(_by_start(dropped)):
        searched = [entry for entry in judged.frames if entry % SEARCH_EVERY == 0]
        frames = tuple(_frame_score(judged, entry, None) for entry in searched)
        tracks.append(TrackScore(track=number, score=None, frames=frames, thumbnail=judged.thumbnail))
    return tracks


def _by_start(tracks: Sequence[JudgedTrack]) -> list[JudgedTrack]:
    return sorted(tracks, key=lambda judged: judged.track.first)


def _track_score(number: int, judged: JudgedTrack) -> TrackScore:
    answers: dict[int, list[float]] = {entry: [of_face] for entry, of_face in judged.faces.items()}
    for first, of_one in judged.sequences.items():
        for entry, of_frame in enumerate(of_one, first):
            answers.setdefault(entry, []).append(of_frame)
    frames = tuple(_frame_score(judged, entry, fmean(answers[entry])) for entry in sorted(answers))
    p = probabilities([judged])
    score = aggregate(p) if p.size else None
    return TrackScore(track=number, score=score, frames=frames, thumbnail=judged.thumbnail)


def _frame_score(judged: JudgedTrack, entry: int, score: float | None) -> FrameScore:
    index, time_seconds = judged.frames[entry]
    return FrameScore(index=index, time_seconds=time_seconds, score=score, box=judged.track.box_at(entry))
