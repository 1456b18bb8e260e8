"""DsfdFinder with a net that answers as told: sizes, thresholds, overlaps, and the way back to the frame."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import Tensor

from fakefinder.faces.dsfd import MOST_BOXES, DsfdFinder, best_boxes, net_input, priors, to_frame
from fakefinder.media.video import Frame


class Answers:
    """Sees a face at some priors and nowhere else; notes its inputs."""

    def __init__(self, confidences: dict[int, float]) -> None:
        self.confidences = confidences
        self.inputs: list[Tensor] = []

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.inputs.append(x)
        p_face = torch.zeros(1, len(priors(x.shape[2], x.shape[3])))
        for prior, confidence in self.confidences.items():
            p_face[0, prior] = confidence
        return torch.zeros(*p_face.shape, 4), p_face


def frame(width: int, height: int) -> Frame:
    return Frame(0, 0.0, np.full((height, width, 3), (10, 20, 30), np.uint8))


@pytest.mark.parametrize(
    ("size", "searched", "padded"),
    [
        ((1920, 1080), (288, 512), (288, 512)),
        ((640, 360), (288, 512), (288, 512)),
        ((256, 144), (288, 512), (288, 512)),
        ((480, 640), (512, 384), (512, 384)),
        ((854, 480), (287, 512), (288, 512)),
        ((1000, 3), (1, 512), (32, 512)),
        ((3000, 2), (1, 512), (32, 512)),
    ],
)
def test_the_longer_side_is_512_and_both_are_padded_to_multiples_of_32(
    size: tuple[int, int], searched: tuple[int, int], padded: tuple[int, int]
) -> None:
    x, unpadded = net_input(frame(*size).rgb)
    assert unpadded == searched
    assert x.shape == (1, 3, *padded)
    assert (x[..., searched[0] :, :] == 0).all()
    # BGR less the mean: 30 - 104, 20 - 117, 10 - 123.
    assert x[0, :, 0, 0].tolist() == [-74, -97, -113]


def test_priors_are_centred_on_cells_and_no_larger_than_the_picture() -> None:
    layout = priors(64, 96)
    assert len(layout) == 16 * 24 + 8 * 12 + 4 * 6 + 2 * 3 + 1 * 2 + 1 * 1
    assert layout[0] == pytest.approx([2 / 96, 2 / 64, 16 / 96 / 1.5**0.5, 16 / 64 * 1.5**0.5])
    assert layout[25] == pytest.approx([6 / 96, 6 / 64, 16 / 96 / 1.5**0.5, 16 / 64 * 1.5**0.5])
    assert layout[-1] == pytest.approx([64 / 96, 1, 1, 1])


def test_faces_come_by_confidence_above_0_3_and_overlapping_ones_go() -> None:
    # At 288 x 512: 0 and 1 are neighbours of 4 pixels, whose boxes overlap; the others are far apart.
    found = DsfdFinder(Answers({0: 0.5, 1: 0.6, 60: 0.3, 90: 0.31, 120: 0.9}), "").find([frame(1920, 1080)])[0]
    assert [face.confidence for face in found] == pytest.approx([0.9, 0.6, 0.31])


def test_boxes_are_in_pixels_of_the_frame_and_not_clipped() -> None:
    (face,) = DsfdFinder(Answers({0: 0.5}), "").find([frame(1920, 1080)])[0]
    # A prior of 13.06 x 19.60 at (2, 2) of 512 x 288, 3.75 times as large in the frame.
    assert face.xyxy == pytest.approx((-16.99, -29.24, 31.99, 44.24), abs=0.01)
    assert face.landmarks is None


def test_where_the_picture_was_padded_boxes_shrink_as_published() -> None:
    boxes = np.array([[0.0, 0.5, 1.0, 1.0]], np.float32)
    # Of the 288 rows 287 are picture, so that the lower half would end at row 480 * 288 / 287 = 481.7.
    assert to_frame(boxes, (287, 512), (480, 854))[0] == pytest.approx([0, 240, 854, 480], abs=1e-3)


def test_only_the_best_5000_boxes_count() -> None:
    count = MOST_BOXES + 10
    layout = np.zeros((count, 4), np.float32)
    layout[:, 0] = np.arange(count)
    layout[:, 2:] = 0.5
    scores = np.linspace(0.4, 0.9, count, dtype=np.float32)
    _, kept = best_boxes(np.zeros((count, 4), np.float32), scores, layout)
    assert len(kept) == MOST_BOXES
    assert kept.min() == scores[10]


def test_no_face() -> None:
    assert DsfdFinder(Answers({}), "").find([frame(64, 48), frame(48, 64)]) == [[], []]


def test_the_weights_are_the_key() -> None:
    net = Answers({})
    assert DsfdFinder(net, "a").key == DsfdFinder(net, "a").key != DsfdFinder(net, "b").key


def test_importing_the_finder_imports_no_torch() -> None:
    code = "import sys, fakefinder.faces.dsfd, fakefinder.detectors.ntech; print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
