"""The nets of MTCNN and their shipped weights."""

from pathlib import Path

import pytest
import torch

from fakefinder.errors import WeightsAltered
from fakefinder.nets.mtcnn import WEIGHTS, ONet, PNet, RNet, load_mtcnn

Nets = tuple[PNet, RNet, ONet]


@pytest.fixture(scope="module")
def nets() -> Nets:
    return load_mtcnn()


def test_shipped_weights_are_loaded_in_eval_mode(nets: Nets) -> None:
    assert not any(net.training for net in nets)
    assert [sum(weight.numel() for weight in net.parameters()) for net in nets] == [6632, 100178, 389040]


def test_altered_weights_are_refused(tmp_path: Path) -> None:
    content = bytearray(WEIGHTS.read_bytes())
    content[-1] ^= 1
    altered = tmp_path / "mtcnn.safetensors"
    altered.write_bytes(content)
    with pytest.raises(WeightsAltered, match="not the ones that came with FakeFinder"):
        load_mtcnn(altered)


@pytest.mark.parametrize(("size", "cells"), [((12, 12), (1, 1)), ((649, 1153), (320, 572)), ((15, 27), (3, 9))])
def test_p_net_answers_every_second_pixel(nets: Nets, size: tuple[int, int], cells: tuple[int, int]) -> None:
    scores, shifts = nets[0](torch.full((1, 3, *size), 100.0))
    assert scores.shape == (1, *cells)
    assert shifts.shape == (1, 4, *cells)
    assert 0 <= scores.min() <= scores.max() <= 1


def test_r_net_and_o_net_answer_for_each_part(nets: Nets) -> None:
    assert [tuple(part.shape) for part in nets[1](torch.zeros(2, 3, 24, 24))] == [(2,), (2, 4)]
    assert [tuple(part.shape) for part in nets[2](torch.zeros(2, 3, 48, 48))] == [(2,), (2, 4), (2, 10)]
