"""ntech with nets that answer as told: its score, its evidence, and when it has none."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.detectors.ntech import Ntech
from fakefinder.detectors.ntech.detector import SEARCHES_AT_ONCE, frame_step
from fakefinder.detectors.ntech.scores import aggregate
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame

FACE = (20.0, 10.0, 60.0, 60.0)
FAR = (70.0, 10.0, 90.0, 30.0)
OUTSIDE = (900.0, 10.0, 940.0, 50.0)
STEP = 2
"""At the 25 frames a second of these videos; every sixth frame is searched."""


@dataclass(frozen=True)
class SureFaces(FaceFinder):
    """Finds boxes with their confidences, by frame number; those of frame -1 in all others."""

    faces: Mapping[int, Sequence[FaceBox]]

    @property
    def key(self) -> Hashable:
        return id(self)

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        return [list(self.faces.get(frame.index, self.faces.get(-1, ()))) for frame in frames]


class FixedLogits(Ntech):
    """ntech with nets that always answer the same, and a finder that is given."""

    def __init__(self, finder: FaceFinder, logits: tuple[float, float, float]) -> None:
        self._given = finder, logits
        super().__init__()

    def load(self) -> None:
        self._finder, (sequence, wide, close) = self._given
        self._nets = {
            "sequence": lambda x: torch.full(x.shape[:2], sequence),
            "wide": lambda x: torch.full((len(x), 1), wide),
            "close": lambda x: torch.full((len(x), 1), close),
        }


def detector(
    boxes: dict[int, list[tuple[float, float, float, float]]],
    logits: tuple[float, float, float] = (1.0, -1.0, 0.5),
    *,
    confidence: float = 0.95,
) -> Ntech:
    faces = {index: [FaceBox(box, confidence) for box in found] for index, found in boxes.items()}
    return FixedLogits(SureFaces(faces), logits)


def p_of(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def test_the_score_is_the_published_mean_of_all_answers(memory_video: Callable[..., Any]) -> None:
    """40 frames: 20 positions, 7 searches, a track of 19 entries; one sequence and ten faces, six wide, four close."""
    evidence = detector({-1: [FACE]}).score(memory_video(40))
    assert (evidence.status, evidence.recipe) == ("scored", "faithful")
    p = [p_of(1.0)] * 7 + [p_of(-1.0)] * 6 + [p_of(0.5)] * 4
    assert evidence.score == pytest.approx(aggregate(np.array(p, np.float32)), abs=1e-6)
    assert evidence.coverage is not None
    assert evidence.coverage.frames == 20
    assert evidence.coverage.to_seconds == pytest.approx(38 / 25)


def test_frames_have_the_mean_of_the_answers_that_look_at_them(memory_video: Callable[..., Any]) -> None:
    (track,) = detector({-1: [FACE]}).score(memory_video(40)).tracks
    entries = [0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18]
    assert [frame.index for frame in track.frames] == [STEP * entry for entry in entries]
    expected = []
    for entry in entries:
        face = p_of(-1.0) if entry // 2 % 4 < 2 else p_of(0.5)
        of_frame = [p_of(1.0)] * (entry < 7) + [face] * (entry % 2 == 0)
        expected.append(np.mean(of_frame))
    assert [frame.score for frame in track.frames] == pytest.approx(expected, abs=1e-6)
    assert {frame.box for frame in track.frames} == {FACE}
    assert track.thumbnail is not None
    assert track.thumbnail.startswith(b"\xff\xd8")


def test_tracks_are_told_by_first_appearance_and_scored_alone(memory_video: Callable[..., Any]) -> None:
    """The face of frames 6 to 48 ends first; both are judged alike."""
    boxes = {index: [FACE, *([FAR] if 6 <= index <= 48 else [])] for index in range(0, 60, 6)}
    evidence = detector(boxes, (2.0, 2.0, 2.0)).score(memory_video(60))
    assert [track.frames[0].index for track in evidence.tracks] == [0, 6]
    assert [track.track for track in evidence.tracks] == [0, 1]
    assert [track.score for track in evidence.tracks] == pytest.approx([evidence.score] * 2, abs=1e-6)


@pytest.mark.parametrize(
    ("p", "score"),
    [
        ([0.5, 0.5], 0.5),
        ([1.0], 0.99),
        ([0.0], 0.01),
        ([0.0, 1.0], 0.5),
        ([0.6], 0.5 + 0.1**0.65),
        ([0.4], 0.5 - 0.1**0.65),
        # The second is cut to 0.99 and weighs 0.4001, the first 0.1001.
        ([0.6, 0.9], ((0.5 + 0.1**0.65) * 0.1001 + 0.99 * 0.4001) / 0.5002),
    ],
)
def test_aggregate(p: list[float], score: float) -> None:
    assert aggregate(np.array(p, np.float32)) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize(
    ("fps", "step"),
    [
        (Fraction(0), 0),
        (Fraction(7), 0),
        (Fraction(7999, 1000), 0),
        (Fraction(8), 1),
        (Fraction(45, 2), 1),  # 22.5 counts as 22
        (Fraction(23), 2),
        (Fraction(24000, 1001), 2),
        (Fraction(30000, 1001), 2),
        (Fraction(37999, 1000), 2),
        (Fraction(38), 3),
        (Fraction(60), 4),
    ],
)
def test_frame_step(fps: Fraction, step: int) -> None:
    assert frame_step(fps) == step


def test_a_low_frame_rate_is_no_score(memory_video: Callable[..., Any]) -> None:
    video = memory_video(40)
    object.__setattr__(video.info, "fps_from_header", Fraction(15, 2))
    evidence = detector({-1: [FACE]}).score(video)
    assert (evidence.status, evidence.reason) == ("abstained", "low_frame_rate")
    assert "7.5 frames a second" in str(evidence.message)
    assert not video.asked


def test_no_face_is_no_score(memory_video: Callable[..., Any]) -> None:
    evidence = detector({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.score) == ("abstained", "no_face", None)
    assert evidence.coverage is not None
    assert evidence.coverage.frames == 20


def test_a_face_seen_for_a_short_time_is_no_score_and_is_told_of(memory_video: Callable[..., Any]) -> None:
    evidence = detector({index: [FACE] for index in range(0, 36, 6)}).score(memory_video(60))
    assert (evidence.status, evidence.reason) == ("abstained", "no_track")
    assert "7 searches in a row (6 at most)" in str(evidence.message)
    (track,) = evidence.tracks
    assert track.score is None
    assert [frame.index for frame in track.frames] == [0, 6, 12, 18, 24, 30]
    assert {frame.score for frame in track.frames} == {None}


def test_a_face_that_is_never_sure_is_no_score(memory_video: Callable[..., Any]) -> None:
    evidence = detector({-1: [FACE]}, confidence=0.85).score(memory_video(60))
    assert (evidence.status, evidence.reason) == ("abstained", "no_track")
    assert "a confidence of 0.9 (the longest seen one: 0.85)" in str(evidence.message)


def test_a_face_outside_the_picture_is_no_score(memory_video: Callable[..., Any]) -> None:
    evidence = detector({-1: [OUTSIDE]}).score(memory_video(60))
    assert (evidence.status, evidence.reason) == ("abstained", "no_pixels")


def test_no_frame_is_no_score(memory_video: Callable[..., Any]) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


def test_a_header_without_a_count_is_a_variant(memory_video: Callable[..., Any]) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, header=0))
    assert (evidence.status, evidence.recipe) == ("scored", "counted")


def test_undecodable_frames_leave_the_others_where_they_are(memory_video: Callable[..., Any]) -> None:
    """Position 4 of one sequence and one face is missing; a track ends where a frame to be searched is missing."""
    video = memory_video(160)
    decodable = video.frames
    missing = {4 * STEP, 42 * STEP}
    video.frames = lambda indices: (frame for frame in decodable(indices) if frame.index not in missing)
    evidence = detector({-1: [FACE]}).score(video)
    assert evidence.status == "scored"
    first, second = ([frame.index / STEP for frame in track.frames] for track in evidence.tracks)
    assert first == [0, 2, 6, 8, 10, 12, *range(14, 21), 22, 24, 26, *range(28, 35), 36, 38]
    assert second == [45 + entry for entry in (*range(7), 8, 10, 12, *range(14, 21), *range(22, 34, 2))]


def test_it_needs_moving_pictures() -> None:
    assert Ntech.card.needs_video


def test_more_searches_at_once_change_nothing(
    monkeypatch: pytest.MonkeyPatch, memory_video: Callable[..., Any]
) -> None:
    boxes = {index: [FACE, *([FAR] if 6 <= index <= 48 else [])] for index in range(0, 60, 6)}
    one_by_one = detector(boxes).score(memory_video(60))
    assert one_by_one.status == "scored"
    monkeypatch.setitem(SEARCHES_AT_ONCE, "cpu", 8)
    assert detector(boxes).score(memory_video(60)) == one_by_one
