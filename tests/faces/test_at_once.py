"""Pictures of one size go through a face net together, and each gets its own answers."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fakefinder.faces.at_once import answers


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
