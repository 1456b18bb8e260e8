"""WS-DAN: its pooling by hand, and that published files fit its nets and Xception one to one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from fakefinder.nets.wsdan import (
    bilinear_attention_pooling,
    from_wsdan_efficientnet_b3,
    wsdan_efficientnet_b3,
    wsdan_xception,
)
from fakefinder.nets.xception import from_cadene, xception

LAYOUTS: dict[str, tuple[Callable[[int], nn.Module], Callable[[str], str]]] = {
    "xception(num_classes=2), head named last_linear:float32": (xception, from_cadene),
    "WSDAN(M=8, xception):float32": (wsdan_xception, str),
    "WSDAN(M=8, efficientnet-b3):float32": (wsdan_efficientnet_b3, from_wsdan_efficientnet_b3),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_published_file_fits_one_to_one(layout: str, golden: Path) -> None:
    build, rename = LAYOUTS[layout]
    published = json.loads((golden / "manifests" / "wm.json").read_text())["key_sets"][layout]
    used = {key: tuple(shape) for key, (shape, _dtype) in published.items() if not key.startswith("EFN._fc.")}
    with torch.device("meta"):
        state = build(2).state_dict()
    renamed = {rename(key): shape for key, shape in used.items()}
    assert renamed == {key: tuple(tensor.shape) for key, tensor in state.items()}
    assert len(renamed) == len(used)


@pytest.mark.parametrize(("rename", "key"), [(from_cadene, "fc.weight"), (from_wsdan_efficientnet_b3, "EFN._fc2.bias")])
def test_a_key_of_another_layout_fits_nothing(rename: Callable[[str], str], key: str) -> None:
    with torch.device("meta"):
        known = {*xception(2).state_dict(), *wsdan_efficientnet_b3(2).state_dict()}
    assert rename(key) not in known


def test_pooling_by_hand() -> None:
    """Two features and two maps on two pixels; the features of the first map come first."""
    features = torch.tensor([[[[1.0, 3.0]], [[-2.0, 0.0]]]])
    attentions = torch.tensor([[[[2.0, 2.0]], [[0.0, 6.0]]]])
    means = torch.tensor([(2 * 1 + 2 * 3) / 2, (2 * -2 + 2 * 0) / 2, 6 * 3 / 2, 0])
    roots = means.sign() * means.abs().sqrt()
    pooled = bilinear_attention_pooling(features, attentions)
    assert pooled.shape == (1, 4)
    assert pooled[0].tolist() == pytest.approx((roots / roots.norm()).tolist(), abs=1e-6)


def test_pooling_where_nothing_is_attended_to_gives_zeros() -> None:
    assert not bilinear_attention_pooling(torch.ones(2, 3, 4, 4), torch.zeros(2, 8, 4, 4)).any()


@torch.inference_mode()
@pytest.mark.parametrize(("build", "side", "places"), [(wsdan_xception, 320, 10), (wsdan_efficientnet_b3, 300, 9)])
def test_maps_are_as_large_as_published(build: Callable[[int], nn.Module], side: int, places: int) -> None:
    net = build(2).eval()
    shapes: list[torch.Size] = []
    net.get_submodule("attentions").register_forward_hook(lambda _, __, maps: shapes.append(maps.shape))
    assert net(torch.zeros(1, 3, side, side)).shape == (1, 2)
    assert shapes == [torch.Size((1, 8, places, places))]


def test_parameters_of_xception() -> None:
    """22.9 million with 1000 classes (Chollet 2017, table 3), of which the classifier has 2049 for each class."""
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in xception(1000).parameters()) == 22_855_952
        assert sum(parameter.numel() for parameter in xception(2).parameters()) == 22_855_952 - 998 * 2049
