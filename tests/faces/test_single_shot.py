"""Boxes from shifts by hand; pictures of one size go through a face net together, and each gets its own answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fakefinder.faces.single_shot import answers, decode_boxes

PRIOR = np.array([[0.5, 0.25, 0.2, 0.1]], np.float32)


def test_without_shift_a_box_is_its_prior() -> None:
    boxes = decode_boxes(PRIOR, np.zeros((1, 4), np.float32))
    assert boxes.dtype == np.float32
    assert boxes[0] == pytest.approx([0.4, 0.2, 0.6, 0.3])


def test_the_centre_moves_in_tenths_of_sides_and_sides_grow_by_fifths_of_an_exponent() -> None:
    shifts = np.array([[5.0, -10.0, 5 * np.log(2), 5 * np.log(3)]], np.float32)
    # Centre 0.5 + 5 * 0.1 * 0.2 = 0.6 and 0.25 - 10 * 0.1 * 0.1 = 0.15; sides 0.2 * 2 and 0.1 * 3.
    assert decode_boxes(PRIOR, shifts)[0] == pytest.approx([0.4, 0.0, 0.8, 0.3], abs=1e-6)


class Means:
    """Answers with the mean and the width of each picture; ``batches`` notes how many came at once."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        self.batches.append(len(x))
        return x.mean(dim=(1, 2, 3))[:, None], torch.full((len(x), 1), float(x.shape[3]))


def test_each_picture_has_its_own_answers() -> None:
    net, widths = Means(), (8, 8, 9, 8)
    inputs = [torch.full((1, 3, 4, width), float(number)) for number, width in enumerate(widths)]
    found = answers(net, inputs)
    np.testing.assert_array_equal([mean for mean, _ in found], [[0], [1], [2], [3]])
    np.testing.assert_array_equal([width for _, width in found], [[8], [8], [9], [8]])
    assert net.batches == [2, 1, 1]


def test_no_pictures_no_answers() -> None:
    net = Means()
    assert answers(net, []) == []
    assert net.batches == []
