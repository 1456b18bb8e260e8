from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.detectors import boken
from fakefinder.detectors.boken import Boken, aggregate, cut, square
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame

FACE = (20.0, 10.0, 60.0, 60.0)


class FixedLogits(Boken):
    """boken with nets that always answer the same, and a finder that is given."""

    def __init__(self, finder: FaceFinder, logits: tuple[float, float, float]) -> None:
        self._given = finder
        self._logits = logits
        super().__init__()

    def load(self) -> None:
        self._finder = self._given
        self._nets = [partial(_always, torch.tensor([0.0, logit])) for logit in self._logits]


def _always(logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return logits.repeat(len(x), 1)


@pytest.fixture
def detector(known_faces: Callable[..., FaceFinder]) -> Callable[..., Boken]:
    def make(boxes: dict[int, list[tuple[float, ...]]], logits: tuple[float, ...] = (0.0, 1.0, 2.0)) -> Boken:
        return FixedLogits(known_faces(boxes), logits)  # type: ignore[arg-type]

    return make


def test_score_is_the_mean_over_nets_and_each_frame_has_it_too(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40))
    expected = np.mean([1 / (1 + np.exp(-v)) for v in (0.0, 1.0, 2.0)])
    assert evidence.status == "scored"
    assert evidence.recipe == "faithful"
    assert evidence.score == pytest.approx(expected, abs=1e-6)
    (track,) = evidence.tracks
    assert [f.index for f in track.frames] == [0, 2, 5, 8, 11, 13, 16, 19, 22, 25, 27, 30, 33, 36, 39]
    assert [f.score for f in track.frames] == pytest.approx([expected] * 15, abs=1e-6)
    assert track.score == pytest.approx(expected, abs=1e-6)
    assert track.thumbnail is not None
    assert track.thumbnail.startswith(b"\xff\xd8")
    assert evidence.coverage.frames == evidence.coverage.faces == 15
    assert evidence.coverage.to_seconds == pytest.approx(39 / 25)


def test_only_the_first_face_of_a_frame_is_judged(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE, (70.0, 20.0, 90.0, 40.0)]}).score(memory_video(40))
    assert evidence.coverage.faces == 15
    assert {frame.box for track in evidence.tracks for frame in track.frames} == {FACE}


@pytest.mark.parametrize(("logit", "clipped"), [(30.0, 0.99), (-30.0, 0.01)])
def test_the_score_is_clipped_and_the_frames_are_not(
    detector: Any, memory_video: Any, logit: float, clipped: float
) -> None:
    evidence = detector({-1: [FACE]}, (logit,) * 3).score(memory_video(20))
    assert evidence.score == clipped
    assert abs(evidence.tracks[0].frames[0].score - clipped) > 0.009


def test_no_face_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.score) == ("abstained", "no_face", None)
    assert evidence.message == boken.NO_FACE
    assert evidence.coverage.frames == 15


def test_no_frame_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


def test_frames_that_the_header_promises_in_vain_are_left_out(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(20, header=40))
    assert evidence.status == "scored"
    assert evidence.coverage.frames == 8


@pytest.mark.parametrize(("frames", "header", "recipe"), [(1, 1, "still"), (1, 0, "still"), (30, 0, "counted")])
def test_a_still_and_a_header_without_a_count_are_variants(
    detector: Any, memory_video: Any, frames: int, header: int, recipe: str
) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(frames, header=header))
    assert (evidence.status, evidence.recipe) == ("scored", recipe)
    assert evidence.coverage.frames == min(frames, 15)


def test_memory_does_not_grow_with_the_video(detector: Any, memory_video: Any) -> None:
    video = memory_video(100_000)
    detector({-1: [FACE]}).score(video)
    assert len(video.asked) == 15


def test_the_square_shrinks_towards_the_upper_left_at_the_border() -> None:
    inside = FaceBox((100.0, 50.0, 140.0, 130.0), 1.0)
    assert square(inside, 400, 300) == (72, 42, 96)
    assert square(inside, 150, 300) == (72, 42, 78)
    assert square(inside, 400, 100) == (72, 42, 58)
    assert square(FaceBox((-30.0, -30.0, 50.0, 50.0), 1.0), 400, 300) == (0, 0, 96)


@pytest.mark.parametrize(
    ("x1", "x2", "side"),
    [
        (0.2997118830680847, 1295.2996826171875, 1554),  # a difference in float64 gives 1553
        (0.0, 4.166666507720947, 4),  # a product in float32 gives 5
    ],
)
def test_the_side_is_a_float32_difference_times_1_2_in_float64(x1: float, x2: float, side: int) -> None:
    assert square(FaceBox((x1, 0.0, x2, 1.0), 1.0), 4000, 4000)[2] == side


def test_a_face_outside_the_frame_is_skipped() -> None:
    frame = Frame(0, 0.0, np.zeros((80, 96, 3), np.uint8))
    assert list(cut(frame, [FaceBox((200.0, 10.0, 240.0, 50.0), 1.0)])) == []
    assert list(cut(frame, [])) == []


def test_a_crop_has_the_size_of_the_nets_input() -> None:
    frame = Frame(0, 0.0, np.zeros((80, 96, 3), np.uint8))
    ((_, rgb),) = cut(frame, [FaceBox(FACE, 1.0)])
    assert rgb.shape == (224, 224, 3)
    assert rgb.dtype == np.uint8


def test_nets_count_alike() -> None:
    assert aggregate(np.array([[0.2, 0.4], [0.5, 0.5], [0.9, 0.9]], np.float32)) == pytest.approx((0.3 + 0.5 + 0.9) / 3)
