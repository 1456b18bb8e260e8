from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from fakefinder.detectors import selimsef
from fakefinder.detectors.normalise import normalised
from fakefinder.detectors.selimsef import Selimsef, confident_mean, cut, letterboxed, timm_key
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame

FACE = (20.0, 10.0, 60.0, 60.0)
OTHER = (70.0, 20.0, 90.0, 40.0)


class FixedLogits(Selimsef):
    """selimsef with nets that always answer the same, and a finder that is given."""

    def __init__(self, finder: FaceFinder, logits: tuple[float, ...]) -> None:
        self._given = finder
        self._logits = logits
        super().__init__()

    def load(self) -> None:
        self._finder = self._given
        self._nets = [partial(_always, logit) for logit in self._logits]


def _always(logit: float, x: torch.Tensor) -> torch.Tensor:
    return torch.full((len(x), 1), logit)


@pytest.fixture
def detector(known_faces: Callable[..., FaceFinder]) -> Callable[..., Selimsef]:
    def make(boxes: dict[int, list[tuple[float, ...]]], logits: tuple[float, ...] = (0.0, 1.0)) -> Selimsef:
        return FixedLogits(known_faces(boxes), logits)

    return make


def test_all_faces_of_32_frames_are_judged(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE, OTHER]}).score(memory_video(40))
    expected = (0.5 + 1 / (1 + np.exp(-1))) / 2
    assert evidence.score == pytest.approx(expected, abs=1e-6)
    assert (evidence.coverage.frames, evidence.coverage.faces) == (32, 64)
    assert [len(track.frames) for track in evidence.tracks] == [32, 32]
    assert [track.score for track in evidence.tracks] == pytest.approx([expected] * 2, abs=1e-6)


def test_the_first_127_faces_in_time_are_judged_and_coverage_says_so(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE] * 5}).score(memory_video(32))
    assert (evidence.coverage.frames, evidence.coverage.faces) == (26, 127)
    assert evidence.coverage.to_seconds == pytest.approx(1.0)


def test_no_face_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.score) == ("abstained", "no_face", None)
    assert evidence.message == selimsef.NO_FACE


def test_no_frame_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


@pytest.mark.parametrize(
    ("frames", "boxes", "reason", "message"),
    [
        (20, {-1: [FACE]}, "too_short", selimsef.TOO_SHORT),
        (31, {0: [FACE]}, "too_short", selimsef.TOO_SHORT),
        (40, {21: [FACE]}, "too_few_faces", selimsef.TOO_FEW_FACES),
    ],
)
def test_one_crop_in_all_is_no_score_and_the_face_is_shown(
    detector: Any, memory_video: Any, frames: int, boxes: Any, reason: str, message: str
) -> None:
    evidence = detector(boxes).score(memory_video(frames))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", reason, message)
    (track,) = evidence.tracks
    assert (track.score, track.frames[0].score, track.frames[0].box) == (None, None, FACE)


def test_a_short_video_is_judged_on_its_first_frame_alone(detector: Any, memory_video: Any) -> None:
    video = memory_video(31)
    evidence = detector({-1: [FACE, OTHER]}).score(video)
    assert (evidence.status, evidence.recipe) == ("scored", "faithful")
    assert video.asked == [0]
    assert evidence.coverage.to_seconds == 0


def test_a_still_picture_is_scored_with_its_one_face(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(1))
    assert (evidence.status, evidence.recipe) == ("scored", "still")
    assert evidence.score == pytest.approx((0.5 + 1 / (1 + np.exp(-1))) / 2, abs=1e-6)


def test_frames_behind_the_first_failure_are_not_used(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(20, header=64))
    assert evidence.status == "scored"
    assert evidence.coverage.frames == 10  # of 0, 2, 4, ... 63 those below 20


def test_a_face_outside_the_frame_is_skipped_and_the_others_are_judged() -> None:
    frame = Frame(0, 0.0, np.zeros((80, 96, 3), np.uint8))
    outside = FaceBox((300.0, 10.0, 340.0, 50.0), 1.0)
    assert [box for box, _ in cut(frame, [outside, FaceBox(FACE, 1.0)])] == [FaceBox(FACE, 1.0)]


def test_the_crop_has_a_third_of_the_box_more_on_each_side() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    ((_, pixels),) = cut(Frame(0, 0.0, rgb), [FaceBox((100.9, 60.9, 160.9, 150.9), 1.0)])
    expected = letterboxed(rgb[60 - 30 : 150 + 30, 100 - 20 : 160 + 20])
    assert expected is not None
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize(
    ("height", "width", "place"),
    [
        (380, 100, (slice(0, 380), slice(140, 240))),
        (100, 50, (slice(0, 380), slice(95, 285))),
        (500, 999, (slice(95, 285), slice(0, 380))),
    ],
)
def test_a_crop_lies_in_the_middle_of_black(height: int, width: int, place: tuple[slice, slice]) -> None:
    pixels = letterboxed(np.full((height, width, 3), 200, np.uint8))
    assert pixels is not None
    inside = np.zeros((380, 380), bool)
    inside[place] = True
    assert (pixels[inside] == 200).all()
    assert (pixels[~inside] == 0).all()


@pytest.mark.parametrize(("side", "interpolation"), [(200, cv2.INTER_CUBIC), (600, cv2.INTER_AREA)])
def test_small_crops_are_enlarged_cubic_and_large_ones_shrunk_by_area(side: int, interpolation: int) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    pixels = letterboxed(rgb)
    assert pixels is not None
    assert np.array_equal(pixels, cv2.resize(rgb, (380, 380), interpolation=interpolation))


@pytest.mark.parametrize("shape", [(0, 10, 3), (10, 0, 3), (1, 2000, 3)])
def test_a_crop_without_pixels_is_none(shape: tuple[int, int, int]) -> None:
    assert letterboxed(np.zeros(shape, np.uint8)) is None


def test_input_is_normalised_with_the_statistics_of_imagenet() -> None:
    grey = normalised(torch.full((1, 3, 1, 1), 0.5)).flatten().tolist()
    assert grey == pytest.approx([(0.5 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.5 - 0.406) / 0.225], abs=1e-6)


@pytest.mark.parametrize(
    ("published", "own"),
    [
        ("encoder.blocks.3.1.conv_pwl.weight", "blocks.3.1.conv_pwl.weight"),
        ("fc.bias", "classifier.bias"),
    ],
)
def test_published_keys_are_timms_with_the_encoder_in_front(published: str, own: str) -> None:
    assert timm_key(published) == own


@pytest.mark.parametrize("key", ["conv_stem.weight", "classifier.bias", "blocks.0.0.bn1.bias"])
def test_a_key_of_another_layout_does_not_fit_by_accident(key: str) -> None:
    assert timm_key(key) != key


@pytest.mark.parametrize(
    ("high", "low", "middle", "expected"),
    [(13, 0, 19, 0.9), (12, 0, 20, (12 * 0.9 + 20 * 0.5) / 32), (0, 19, 1, 0.1), (0, 9, 1, 0.14)],
)
def test_sure_answers_count_alone_where_they_are_enough(high: int, low: int, middle: int, expected: float) -> None:
    p = np.array([0.9] * high + [0.1] * low + [0.5] * middle, np.float32)
    assert confident_mean(p) == pytest.approx(expected, abs=1e-6)
