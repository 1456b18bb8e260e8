from __future__ import annotations

import copy
import json
import math
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import nn

from fakefinder.nets.compile import compile_net
from fakefinder.nets.i3d import i3d, pad_same


@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (2, 2), (3, 2), (7, 2)])
@pytest.mark.parametrize("size", range(7, 17))
def test_same_padding_is_tensorflows(kernel: int, stride: int, size: int) -> None:
    """TensorFlow's rule: ceil(size / stride) places, and the smaller half of the zeros in front."""
    zeros = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    padded = pad_same(torch.ones(1, 1, size, 1, 1), (kernel, 1, 1), (stride, 1, 1)).flatten().tolist()
    assert padded == [0.0] * (zeros // 2) + [1.0] * size + [0.0] * (zeros - zeros // 2)


def test_each_axis_is_padded_by_its_own_kernel() -> None:
    padded = pad_same(torch.ones(1, 1, 5, 6, 7), (7, 3, 1), (2, 2, 1))
    assert padded.shape == (1, 1, 5 + 6, 6 + 1, 7)


@pytest.fixture(scope="module")
def net() -> nn.Module:
    """With weights that keep the size of signals, so that the logits depend on all layers."""
    torch.manual_seed(0)
    net = i3d(2).eval().requires_grad_(False)
    for layer in net.modules():
        if isinstance(layer, nn.Conv3d):
            nn.init.kaiming_normal_(layer.weight)
    return net


@torch.inference_mode()
@pytest.mark.parametrize("backend", ["openvino", "torch"])
def test_a_graph_made_from_nine_frames_is_right_for_other_lengths(
    backend: str, net: nn.Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    if backend == "torch":
        monkeypatch.setattr("fakefinder.nets.compile.find_spec", lambda _: None)
    else:
        pytest.importorskip("openvino")
    compiled = compile_net(copy.deepcopy(net), "cpu", (3, 9, 224, 224), any_size=True)
    for frames in (10, 12, 13, 17):
        x = torch.randn(1, 3, frames, 224, 224)
        expected = net(x)
        assert (compiled(x) - expected).abs().max() < 2e-5 * expected.abs().max()  # measured 3e-6


def test_every_frame_counts(net: nn.Module) -> None:
    x = torch.randn(1, 3, 10, 224, 224)
    logits = net(x)
    for frame in (0, 9):
        changed = x.clone()
        changed[:, :, frame] = 0
        assert (net(changed) - logits).abs().max() > 1e-3 * logits.abs().max()


def test_time_and_space_shrink_as_published() -> None:
    """99 frames are 13 time steps in the last layer, which pools two at a time."""
    with torch.device("meta"):
        net, x = cast(nn.Sequential, i3d(2)), torch.zeros(1, 3, 99, 224, 224)
    shapes = {}
    for name, layer in net.named_children():
        x = layer(x)
        shapes[name] = tuple(x.shape[1:])
    assert shapes["Conv3d_1a_7x7"] == (64, 50, 112, 112)
    assert shapes["MaxPool3d_3a_3x3"] == (192, 50, 28, 28)
    assert shapes["Mixed_3c"] == (480, 50, 28, 28)
    assert shapes["Mixed_4f"] == (832, 25, 14, 14)
    assert shapes["Mixed_5c"] == (1024, 13, 7, 7)
    assert shapes["logits"] == (2,)


def test_names_and_shapes_are_the_published_ones(golden: Path) -> None:
    manifest = json.loads((golden / "manifests" / "medics.json").read_text())
    published = manifest["key_sets"]["InceptionI3d(2 classes):float32"]
    with torch.device("meta"):
        state = i3d(2).state_dict()
    assert {key: list(tensor.shape) for key, tensor in state.items()} == {key: s for key, (s, _) in published.items()}
