from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fakefinder.nets.compile import compile_net
from fakefinder.nets.resnet3d import ResNet34


@pytest.fixture(scope="module")
def net() -> nn.Module:
    """With weights that keep the size of signals, so that the logits depend on all layers."""
    torch.manual_seed(0)
    net = ResNet34(2).eval().requires_grad_(False)
    for layer in net.modules():
        if isinstance(layer, nn.Conv3d):
            nn.init.kaiming_normal_(layer.weight)
            layer.weight *= 0.7
    return net


@torch.inference_mode()
@pytest.mark.parametrize("backend", ["openvino", "torch"])
def test_a_graph_made_from_four_frames_is_right_for_other_lengths(
    backend: str, net: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "torch":
        monkeypatch.setattr("fakefinder.nets.compile.find_spec", lambda _: None)
    else:
        pytest.importorskip("openvino")
    compiled = compile_net(copy.deepcopy(net), "cpu", (3, 4, 32, 32), any_size=True)
    for shape in [(9, 64, 64), (12, 64, 64), (17, 112, 96)]:
        x = torch.randn(1, 3, *shape)
        expected = net(x)
        assert (compiled(x) - expected).abs().max() < 1e-5 * expected.abs().max()  # measured 7e-7


@pytest.mark.parametrize("size", [6, 7])
def test_the_shortcut_is_a_pooling_of_one_place_with_zeros_behind(net: nn.Module, size: int) -> None:
    """Without the convolutions' part a block gives its shortcut: Hara et al. write it as an average pooling."""
    block = copy.deepcopy(net.get_submodule("layer2.0"))
    for parameter in block.get_submodule("bn2").parameters():
        parameter.zero_()
    x = torch.rand(1, 64, size, size, size)
    pooled = F.avg_pool3d(x, kernel_size=1, stride=2)
    expected: Tensor = torch.cat([pooled, torch.zeros_like(pooled)], dim=1)
    assert torch.equal(block(x), expected)


def test_time_and_space_shrink_as_published() -> None:
    with torch.device("meta"):
        net, x = ResNet34(2), torch.zeros(1, 3, 99, 224, 224)
    x = net.maxpool(net.bn1(net.conv1(x)))
    shapes = [tuple((x := layer(x)).shape[1:]) for layer in (net.layer1, net.layer2, net.layer3, net.layer4)]
    assert shapes == [(64, 50, 56, 56), (128, 25, 28, 28), (256, 13, 14, 14), (512, 7, 7, 7)]


def test_names_and_shapes_are_the_published_ones(golden: Path) -> None:
    manifest = json.loads((golden / "manifests" / "medics.json").read_text())
    published = manifest["key_sets"]["3D ResNet-34 shortcut A (2 classes):float32"]
    with torch.device("meta"):
        state = ResNet34(2).state_dict()
    assert {key: list(tensor.shape) for key, tensor in state.items()} == {key: s for key, (s, _) in published.items()}
