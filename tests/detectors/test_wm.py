from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.detectors import wm
from fakefinder.detectors.wm import JUDGES, LANDMARKS, Wm, aggregate, cut, largest
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame

BOX = (20.0, 10.0, 60.0, 60.0)
POINTS = LANDMARKS / 4
"""A face whose crop is the frame four times as large."""
LOGITS = (0.0, 1.0, -2.0)
SCORE = 0.2 / (1 + np.exp(-0.0)) + 0.7 / (1 + np.exp(-1.0)) + 0.1 / (1 + np.exp(2.0))


def face(box: tuple[float, float, float, float] = BOX, points: np.ndarray = POINTS) -> FaceBox:
    return FaceBox(box, 0.9, points.astype(np.float32))


@dataclass(frozen=True)
class GivenFaces(FaceFinder):
    """Finds the faces given for a frame number, else those for frame -1, else none; ``searched`` notes the frames."""

    faces: Mapping[int, Sequence[FaceBox]]
    searched: list[int]

    @property
    def key(self) -> Hashable:
        return id(self)

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        self.searched.extend(frame.index for frame in frames)
        return [list(self.faces.get(frame.index, self.faces.get(-1, ()))) for frame in frames]


class FixedLogits(Wm):
    """wm with nets that always answer the same, and a finder that is given."""

    def __init__(self, faces: Mapping[int, Sequence[FaceBox]]) -> None:
        self.finder = GivenFaces(faces, [])
        self.inputs: list[tuple[int, ...]] = []
        super().__init__()

    def load(self) -> None:
        self._finder = self.finder  # type: ignore[assignment]
        self._nets = [partial(self._always, torch.tensor([0.0, logit])) for logit in LOGITS]

    def _always(self, logits: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        self.inputs.append(tuple(x.shape[1:]))
        return logits.repeat(len(x), 1)


def test_score_is_the_weighted_mean_and_each_frame_has_it_too(memory_video: Any) -> None:
    detector = FixedLogits({-1: [face()]})
    evidence = detector.score(memory_video(40))
    assert (evidence.status, evidence.recipe) == ("scored", "faithful")
    assert evidence.score == pytest.approx(SCORE, abs=1e-6)
    (track,) = evidence.tracks
    assert [f.index for f in track.frames] == [9, 19, 29, 39]
    assert [f.score for f in track.frames] == pytest.approx([SCORE] * 4, abs=1e-6)
    assert track.frames[0].box == BOX
    assert track.thumbnail is not None
    assert evidence.coverage is not None
    assert (evidence.coverage.frames, evidence.coverage.faces) == (4, 4)
    assert set(detector.inputs) == {(3, 299, 299), (3, 320, 320), (3, 300, 300)}


def test_it_stops_after_25_faces(memory_video: Any) -> None:
    detector = FixedLogits({-1: [face()]})
    evidence = detector.score(memory_video(400))
    assert detector.finder.searched == list(range(9, 250, 10))
    assert evidence.coverage is not None
    assert evidence.coverage.frames == 25
    assert evidence.coverage.to_seconds == pytest.approx(249 / 25)


def test_frames_without_a_face_do_not_count(memory_video: Any) -> None:
    detector = FixedLogits({9: [], 19: [], -1: [face()]})
    evidence = detector.score(memory_video(400))
    assert detector.finder.searched == list(range(9, 270, 10))
    assert evidence.coverage is not None
    assert (evidence.coverage.frames, evidence.coverage.faces) == (27, 25)


def test_a_face_whose_landmarks_are_on_one_pixel_is_skipped(memory_video: Any) -> None:
    on_one_pixel = face(points=np.array([(7.1, 3.9), (7.9, 3.0), (7.5, 3.5), (7.0, 3.2), (7.3, 3.3)]))
    evidence = FixedLogits({9: [on_one_pixel], -1: [face()]}).score(memory_video(40))
    assert [f.index for f in evidence.tracks[0].frames] == [19, 29, 39]
    evidence = FixedLogits({-1: [on_one_pixel]}).score(memory_video(40))
    assert (evidence.status, evidence.reason) == ("abstained", "no_face")


def test_no_face_is_no_score(memory_video: Any) -> None:
    evidence = FixedLogits({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.score) == ("abstained", "no_face", None)
    assert evidence.message == wm.NO_FACE
    assert evidence.coverage is not None
    assert evidence.coverage.frames == 4


@pytest.mark.parametrize(("frames", "scored"), [(2, False), (9, False), (10, True)])
def test_nine_frames_are_too_few(frames: int, scored: bool, memory_video: Any) -> None:
    evidence = FixedLogits({-1: [face()]}).score(memory_video(frames))
    assert (evidence.status, evidence.reason) == (("scored", None) if scored else ("abstained", "too_short"))


def test_frames_are_counted_not_taken_from_the_header(memory_video: Any) -> None:
    detector = FixedLogits({-1: [face()]})
    assert detector.score(memory_video(30, header=0)).recipe == "faithful"
    assert detector.finder.searched == [9, 19, 29]


def test_a_picture_is_a_variant(memory_video: Any) -> None:
    evidence = FixedLogits({-1: [face()]}).score(memory_video(1))
    assert (evidence.status, evidence.recipe) == ("scored", "still")
    assert [f.index for f in evidence.tracks[0].frames] == [0]


def test_no_frame_is_no_score(memory_video: Any) -> None:
    evidence = FixedLogits({-1: [face()]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


def test_the_first_of_the_largest_boxes_is_taken() -> None:
    small, wide, tall = face((0, 0, 3, 3)), face((-10, 0, 10, 5)), face((0, -10, 5, 10))
    assert largest([small, wide, tall]) is wide
    assert largest([small, tall, wide]) is tall


def test_landmarks_are_cut_to_whole_pixels_towards_zero() -> None:
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 256, (320, 320, 3), np.uint8))

    def crop_at(points: np.ndarray) -> np.ndarray:
        ((_, rgb),) = cut(frame, [face(points=points)])
        return rgb

    whole = np.trunc(LANDMARKS)
    assert np.array_equal(crop_at(whole + 0.9), crop_at(whole))
    assert np.array_equal(crop_at(whole - 300.9), crop_at(whole - 300))
    assert not np.array_equal(crop_at(whole - 300), crop_at(whole - 301))


def test_a_face_at_the_place_of_the_template_is_not_moved() -> None:
    """Four times the template is of whole pixels."""
    rgb = np.random.default_rng(0).integers(0, 256, (640, 640, 3), np.uint8)
    ((found, crop),) = cut(Frame(0, 0.0, rgb), [face(points=LANDMARKS * 4)])
    assert found.xyxy == BOX
    assert crop.shape == (320, 320, 3)
    assert np.array_equal(crop[:160, :160], rgb[::4, ::4])


def test_a_frame_without_faces_gives_no_crop() -> None:
    assert list(cut(Frame(0, 0.0, np.zeros((9, 9, 3), np.uint8)), [])) == []


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        (JUDGES[0], (1.0, 1.0, 1.0)),
        (JUDGES[1], ((1 - 0.4479) / 0.2537, (1 - 0.3744) / 0.2502, (1 - 0.3473) / 0.2424)),
        (JUDGES[2], ((1 - 0.4479) / 0.2537, (1 - 0.3744) / 0.2502, (1 - 0.3473) / 0.2424)),
    ],
)
def test_what_the_nets_are_given_of_a_white_crop(judge: wm.Judge, expected: tuple[float, float, float]) -> None:
    x = judge.prepared(torch.ones(2, 3, 320, 320))
    assert x.shape == (2, 3, judge.side, judge.side)
    assert x.numpy() == pytest.approx(np.broadcast_to(np.reshape(expected, (3, 1, 1)), x.shape), abs=1e-5)


def test_weights_of_the_nets() -> None:
    p = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]], np.float32)
    assert aggregate(p) == pytest.approx([0.2, 0.7, 0.1, 1.0])
    assert (aggregate(np.ones((3, 25), np.float32)) <= 1).all()
