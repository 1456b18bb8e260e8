"""RetinaFaceFinder: priors and decoding by hand, its key, its order, and the picture that it searches."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.faces.resize import Resize, ShorterSide, Unresized
from fakefinder.faces.retinaface import RetinaFaceFinder, decode_landmarks, priors
from fakefinder.faces.single_shot import decode_boxes
from fakefinder.media.video import Frame

SETTINGS: dict[str, Any] = {"least_score": 0.8, "max_iou": 0.4, "resize": ShorterSide(400, 2150)}


class StubNet:
    """P(face) as given for some priors, else 0; no shifts. ``inputs`` notes what it was given."""

    def __init__(self, faces: dict[int, float]) -> None:
        self._faces = faces
        self.inputs: list[torch.Tensor] = []

    def __call__(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        self.inputs.append(x)
        count = 2 * sum(-(-x.shape[2] // stride) * -(-x.shape[3] // stride) for stride in (8, 16, 32))
        scores = torch.zeros(1, count)
        for prior, score in self._faces.items():
            scores[0, prior] = score
        return torch.zeros(1, count, 4), scores, torch.zeros(1, count, 10)


def frame(height: int, width: int, rgb: tuple[int, int, int] = (0, 0, 0)) -> Frame:
    return Frame(0, 0.0, np.full((height, width, 3), rgb, np.uint8))


def test_priors_by_hand() -> None:
    """Of a picture 40 high and 64 wide: maps of 5 x 8, 3 x 4 and 2 x 2 places."""
    layout = priors(40, 64)
    assert layout.shape == (2 * (40 + 12 + 4), 4)
    assert layout[0] == pytest.approx([4 / 64, 4 / 40, 16 / 64, 16 / 40])
    assert layout[1] == pytest.approx([4 / 64, 4 / 40, 32 / 64, 32 / 40])
    assert layout[2] == pytest.approx([12 / 64, 4 / 40, 16 / 64, 16 / 40])
    assert layout[2 * 8] == pytest.approx([4 / 64, 12 / 40, 16 / 64, 16 / 40])
    assert layout[80] == pytest.approx([8 / 64, 8 / 40, 64 / 64, 64 / 40])
    assert layout[-1] == pytest.approx([48 / 64, 48 / 40, 512 / 64, 512 / 40]), "centres may lie outside"


def test_decoding_by_hand() -> None:
    prior = np.array([[0.5, 0.25, 0.2, 0.1]], np.float32)
    box = decode_boxes(prior, np.array([[1.0, -2.0, 5 * np.log(2), 0.0]], np.float32))
    assert box[0] == pytest.approx([0.52 - 0.2, 0.23 - 0.05, 0.52 + 0.2, 0.23 + 0.05], abs=1e-6)
    points = decode_landmarks(prior, np.array([[0, 0, 10, 10, -5, 0, 0, -5, 1, 2]], np.float32))
    expected = [[0.5, 0.25], [0.7, 0.35], [0.4, 0.25], [0.5, 0.2], [0.52, 0.27]]
    assert points[0] == pytest.approx(np.array(expected), abs=1e-6)


def test_equal_settings_have_an_equal_key() -> None:
    assert RetinaFaceFinder(StubNet({}), "a", **SETTINGS).key == RetinaFaceFinder(StubNet({}), "a", **SETTINGS).key


@pytest.mark.parametrize(
    "other", [{"least_score": 0.7}, {"max_iou": None}, {"resize": None}, {"resize": ShorterSide(400, 2000)}]
)
def test_each_setting_and_the_weights_are_part_of_the_key(other: dict[str, Any]) -> None:
    key = RetinaFaceFinder(StubNet({}), "a", **SETTINGS).key
    assert key != RetinaFaceFinder(StubNet({}), "a", **{**SETTINGS, **other}).key
    assert key != RetinaFaceFinder(StubNet({}), "b", **SETTINGS).key


def test_without_overlap_rule_all_are_found_in_the_order_of_priors() -> None:
    finder = RetinaFaceFinder(StubNet({0: 0.8, 2: 0.99, 4: 0.79, 7: 0.9}), "a", least_score=0.8)
    (faces,) = finder.find([frame(64, 96)])
    assert [face.confidence for face in faces] == pytest.approx([0.8, 0.99, 0.9])
    expected = [(-4, -4, 12, 12), (4, -4, 20, 12), (12, -12, 44, 20)]
    assert np.array([face.xyxy for face in faces]) == pytest.approx(np.array(expected), abs=1e-4)
    assert faces[0].landmarks == pytest.approx(np.full((5, 2), 4.0))


def test_with_the_overlap_rule_the_best_stays_and_the_order_is_by_score() -> None:
    """Priors 0 and 2 overlap by a third, 0 and 1 (16 in 32 pixels) by a quarter, 1 and 3 by more than a half."""
    finder = RetinaFaceFinder(StubNet({0: 0.85, 1: 0.9, 2: 0.95, 3: 0.99}), "a", least_score=0.8, max_iou=0.4)
    (faces,) = finder.find([frame(64, 96)])
    assert [face.confidence for face in faces] == pytest.approx([0.99, 0.95, 0.85])


def test_no_face_and_no_frame() -> None:
    finder = RetinaFaceFinder(StubNet({}), "a", **SETTINGS)
    assert finder.find([frame(64, 96), frame(48, 48)]) == [[], []]
    assert finder.find([]) == []


def test_the_net_is_given_blue_green_red_less_the_mean() -> None:
    net = StubNet({})
    RetinaFaceFinder(net, "a", least_score=0.8).find([frame(2, 3, rgb=(200, 100, 50))])
    (x,) = net.inputs
    assert x.shape == (1, 3, 2, 3)
    assert x[0, :, 0, 0].tolist() == [50 - 104, 100 - 117, 200 - 123]


def test_boxes_in_a_resized_picture_are_scaled_to_the_frame() -> None:
    """480 x 854 is searched as 400 x 712, priors laid out for 400 x 711."""
    (faces,) = RetinaFaceFinder(StubNet({0: 0.9}), "a", **SETTINGS).find([frame(480, 854)])
    scale = 854 / 480 * 400
    assert int(scale) == 711
    x1, y1, x2, y2 = faces[0].xyxy
    assert (x1, x2) == pytest.approx((-4 / 711 * 712 * 1.2, 12 / 711 * 712 * 1.2), rel=1e-6)
    assert (y1, y2) == pytest.approx((-4 * 1.2, 12 * 1.2), rel=1e-6)


@pytest.mark.parametrize(("width", "searched", "laid_out_for"), [(756, 605, 604), (751, 601, 601)])
def test_priors_are_those_of_the_real_size_where_rounding_down_loses_a_place(
    width: int, searched: int, laid_out_for: int
) -> None:
    """604 pixels have as many columns as 605, namely 76; 600 have one less than 601."""
    net = StubNet({0: 0.9})
    (faces,) = RetinaFaceFinder(net, "a", **SETTINGS).find([frame(500, width)])
    assert net.inputs[0].shape == (1, 3, 400, searched)
    assert faces[0].xyxy[0] == pytest.approx(-4 / laid_out_for * searched * 1.25, rel=1e-6)


@pytest.mark.parametrize(
    ("resize", "size", "expected"),
    [
        (Unresized(), (48, 64), ((48, 64), 1.0, (48, 64))),
        (ShorterSide(400, 2150), (400, 600), ((400, 600), 1.0, (400, 600))),
        (ShorterSide(400, 2150), (480, 854), ((400, 712), 400 / 480, (400, 711))),
        (ShorterSide(400, 2150), (854, 480), ((712, 400), 400 / 480, (711, 400))),
        (ShorterSide(400, 2150), (100, 4300), ((50, 2150), 0.5, (50, 2150))),
    ],
)
def test_pictures(resize: Resize, size: tuple[int, int], expected: tuple[Any, ...]) -> None:
    picture = resize(np.zeros((*size, 3), np.uint8))
    assert (picture.rgb.shape[:2], picture.ratio, picture.prior_size) == expected


def test_importing_the_finder_imports_no_torch() -> None:
    code = "import sys, fakefinder.faces.retinaface; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
