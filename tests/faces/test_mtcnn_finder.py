"""MtcnnFinder: its key, its order, and frames in which there is nothing to find."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from fakefinder.faces.cascade import Faces
from fakefinder.faces.mtcnn import MtcnnFinder
from fakefinder.faces.shrink import FullSize, HalfSize, Shrink
from fakefinder.media.video import RGB, Frame

SETTINGS: dict[str, Any] = {"thresholds": (0.6, 0.7, 0.7), "factor": 0.6, "largest_first": True}


def test_equal_settings_have_an_equal_key() -> None:
    assert MtcnnFinder(**SETTINGS).key == MtcnnFinder(**SETTINGS, shrink=FullSize()).key


@pytest.mark.parametrize(
    "other",
    [
        {"thresholds": (0.6, 0.7, 0.8)},
        {"factor": 0.709},
        {"largest_first": False},
        {"min_face_px": 40},
        {"shrink": HalfSize()},
    ],
)
def test_each_setting_is_part_of_the_key(other: dict[str, Any]) -> None:
    assert len({MtcnnFinder(**SETTINGS).key, MtcnnFinder(**{**SETTINGS, **other}).key}) == 2


@pytest.mark.parametrize("size", [(1, 1), (19, 300), (300, 400)])
@pytest.mark.parametrize("shrink", [FullSize(), HalfSize()])
def test_a_plain_picture_has_no_face(size: tuple[int, int], shrink: Shrink) -> None:
    finder = MtcnnFinder(**SETTINGS, shrink=shrink)
    assert finder.find([Frame(0, 0.0, np.full((*size, 3), 128, np.uint8))]) == [[]]


def test_no_frames() -> None:
    assert MtcnnFinder(**SETTINGS).find([]) == []


class StubCascade:
    """Three faces by descending score; the first and last have equal areas."""

    def find(self, rgb: RGB) -> Faces:
        xyxy = np.array([[0, 0, 10, 20], [5, 5, 45, 45], [-7, 3, 13, 13]], np.float32)
        return Faces(xyxy, np.array([0.9, 0.8, 0.7], np.float32), np.ones((3, 5, 2), np.float32))


@pytest.mark.parametrize(("largest_first", "confidences"), [(True, [0.8, 0.7, 0.9]), (False, [0.9, 0.8, 0.7])])
def test_order(largest_first: bool, confidences: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    finder = MtcnnFinder(**{**SETTINGS, "largest_first": largest_first})
    monkeypatch.setattr(finder, "_cascade", StubCascade())
    faces = finder.find([Frame(0, 0.0, np.zeros((50, 50, 3), np.uint8))])[0]
    assert [face.confidence for face in faces] == pytest.approx(confidences)


def test_boxes_and_landmarks_are_in_pixels_of_the_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = MtcnnFinder(**SETTINGS, shrink=HalfSize())
    monkeypatch.setattr(finder, "_cascade", StubCascade())
    face = finder.find([Frame(0, 0.0, np.zeros((50, 51, 3), np.uint8))])[0][1]
    assert face.xyxy == (-14, 6, 26, 26)
    assert face.landmarks is not None
    assert (face.landmarks == 2).all()


def test_half_size_rounds_down() -> None:
    picture, to_frame = HalfSize()(np.zeros((51, 31, 3), np.uint8))
    assert picture.shape == (25, 15, 3)
    assert to_frame == 2


def test_importing_the_finder_imports_no_torch() -> None:
    modules = "fakefinder.faces.mtcnn, fakefinder.faces.track, fakefinder.faces.crop"
    code = f"import sys, {modules}; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
