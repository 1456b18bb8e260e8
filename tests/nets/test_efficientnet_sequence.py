from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from fakefinder.nets.efficientnet import efficientnet
from fakefinder.nets.efficientnet_sequence import EfficientNetSequence, _ExpansionOverTime, from_published

FRAMES = 7


@pytest.fixture(scope="module")
def net() -> EfficientNetSequence:
    torch.manual_seed(0)
    net = EfficientNetSequence("b0", FRAMES, padding="0.6.3").eval()
    for layer in net.modules():
        if isinstance(layer, _ExpansionOverTime):
            torch.nn.init.kaiming_normal_(layer.weight)
    return net


def test_the_key_map_takes_the_published_file_onto_the_net_one_to_one(golden: Path) -> None:
    (published,) = [
        keys
        for name, keys in json.loads((golden / "manifests" / "ntech.json").read_text())["key_sets"].items()
        if "temporal" in name
    ]
    with torch.device("meta"):
        state = EfficientNetSequence("b7", FRAMES, padding="0.6.3").state_dict()
    rename = from_published("b7")
    renamed = {rename(key): tuple(shape) for key, (shape, _dtype) in published.items()}
    assert renamed == {key: tuple(tensor.shape) for key, tensor in state.items()}
    assert len(renamed) == len(published) == 1200


def test_the_expansions_of_a_net_for_single_pictures_do_not_fit() -> None:
    assert from_published("b7")("_blocks.4._expand_conv.weight") == "_blocks.4._expand_conv.weight"


@torch.inference_mode()
def test_the_expansion_is_a_convolution_over_time() -> None:
    torch.manual_seed(0)
    layer = _ExpansionOverTime(5, 8, FRAMES)
    torch.nn.init.normal_(layer.weight)
    x = torch.randn(3, FRAMES, 5, 6, 4)
    expected = F.conv3d(x.transpose(1, 2), layer.weight, padding=(1, 0, 0)).transpose(1, 2)
    assert layer(x.flatten(0, 1)).unflatten(0, (3, FRAMES)) == pytest.approx(expected, abs=1e-5)


@torch.inference_mode()
def test_without_weights_for_neighbours_it_is_the_net_for_single_pictures(net: EfficientNetSequence) -> None:
    alone = EfficientNetSequence("b0", FRAMES, padding="0.6.3").eval()
    state = {
        key: value * torch.tensor([0.0, 1.0, 0.0]).reshape(3, 1, 1) if value.ndim == 5 else value
        for key, value in net.state_dict().items()
    }
    alone.load_state_dict(state)
    single = efficientnet("b0", 1, padding="0.6.3").eval()
    single.load_state_dict(
        {key.removeprefix("body."): value[:, :, 1] if value.ndim == 5 else value for key, value in state.items()}
    )
    x = torch.randn(2, FRAMES, 3, 64, 96)
    logits = alone(x)
    assert logits.shape == (2, FRAMES)
    expected = single(x.flatten(0, 1)).flatten()
    assert float((logits.flatten() - expected).abs().max()) < 1e-5 * float(expected.abs().max())
    assert float((net(x) - logits).abs().max()) > 0.1 * float(expected.abs().max())


@torch.inference_mode()
def test_sequences_of_one_call_do_not_see_each_other(net: EfficientNetSequence) -> None:
    first, second = torch.randn(1, FRAMES, 3, 64, 64), torch.randn(1, FRAMES, 3, 64, 64)
    together = net(torch.cat((first, second)))
    assert together == pytest.approx(torch.cat((net(first), net(second))), rel=1e-4, abs=1e-4)


@torch.inference_mode()
def test_a_frame_is_seen_by_its_neighbours(net: EfficientNetSequence) -> None:
    torch.manual_seed(1)
    x = torch.randn(1, FRAMES, 3, 64, 64)
    other = x.clone()
    other[:, 0] = torch.randn(3, 64, 64)
    change = (net(x) - net(other)).abs()[0]
    assert (change[:2] > 0).all()
