from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
import timm
import torch

from fakefinder.nets.efficientnet import Variant, blocks_per_stage, efficientnet, from_efficientnet_pytorch

PUBLISHED = {
    "b0": ("boken.json", "efficientnet-b0:float32"),
    "b1": ("boken.json", "efficientnet-b1:float32"),
    "b2": ("boken.json", "efficientnet-b2:float32"),
}


@pytest.mark.parametrize(
    ("variant", "blocks"),
    [
        ("b0", (1, 2, 2, 3, 3, 4, 1)),
        ("b1", (2, 3, 3, 4, 4, 5, 2)),
        ("b2", (2, 3, 3, 4, 4, 5, 2)),
        ("b3", (2, 3, 3, 5, 5, 6, 2)),
        ("b7", (4, 7, 7, 10, 10, 13, 4)),
    ],
)
def test_blocks_per_stage(variant: Variant, blocks: tuple[int, ...]) -> None:
    assert blocks_per_stage(variant) == blocks


@pytest.mark.parametrize("variant", get_args(Variant))
def test_blocks_per_stage_are_those_of_the_net(variant: Variant) -> None:
    with torch.device("meta"):
        net = efficientnet(variant, 1)
    assert blocks_per_stage(variant) == tuple(len(stage) for stage in net.blocks)  # type: ignore[union-attr]


@pytest.mark.parametrize("variant", PUBLISHED)
def test_the_key_map_takes_a_published_file_onto_the_net_one_to_one(variant: Variant, golden: Path) -> None:
    manifest, key_set = PUBLISHED[variant]
    published = json.loads((golden / "manifests" / manifest).read_text())["key_sets"][key_set]
    with torch.device("meta"):
        state = efficientnet(variant, 2).state_dict()
    rename = from_efficientnet_pytorch(variant)
    renamed = {rename(key): tuple(shape) for key, (shape, _dtype) in published.items()}
    assert renamed == {key: tuple(tensor.shape) for key, tensor in state.items()}
    assert len(renamed) == len(published)


@pytest.mark.parametrize(
    "key", ["_fc2.weight", "_blocks.99._bn1.weight", "_blocks.0._expand_conv.weight", "_blocks.0._bn9.bias", "epoch"]
)
def test_a_key_of_another_layout_stays_and_so_fails_strict_loading(key: str) -> None:
    assert from_efficientnet_pytorch("b0")(key) == key


def _difference(net: torch.nn.Module, other: torch.nn.Module, picture: torch.Tensor) -> float:
    """Largest difference of the outputs with the same weights, relative to the largest output."""
    other.load_state_dict(net.state_dict())
    ours, theirs = net.eval()(picture), other.eval()(picture)
    return float((ours - theirs).abs().max() / ours.abs().max())


@torch.inference_mode()
def test_padding_0_6_3_equals_same_where_all_sizes_are_even_and_not_elsewhere() -> None:
    torch.manual_seed(0)
    same, static = efficientnet("b0", 2), efficientnet("b0", 2, padding="0.6.3")
    assert _difference(same, static, torch.rand(1, 3, 64, 64)) < 1e-4
    assert _difference(same, static, torch.rand(1, 3, 75, 75)) > 0.1


@torch.inference_mode()
@pytest.mark.parametrize(("size", "expected"), [(224, 7), (299, 9), (300, 9)])
def test_padding_0_6_3_halves_odd_sizes_rounding_down(size: int, expected: int) -> None:
    net = efficientnet("b0", 2, padding="0.6.3").eval()
    assert net.forward_features(torch.zeros(1, 3, size, size)).shape[-1] == expected  # type: ignore[operator]


@torch.inference_mode()
def test_padding_0_7_0_is_symmetric() -> None:
    torch.manual_seed(0)
    symmetric = efficientnet("b1", 2, padding="0.7.0")
    ordinary = timm.create_model("efficientnet_b1", pretrained=False, num_classes=2, bn_eps=1e-3)
    assert _difference(symmetric, ordinary, torch.rand(1, 3, 75, 64)) < 1e-4
    assert _difference(symmetric, efficientnet("b1", 2), torch.rand(1, 3, 64, 64)) > 0.1
