"""SlowFast-50: its layout, and that it takes clips of any length."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from fakefinder.nets.compile import compile_net
from fakefinder.nets.slowfast import SlowFast50

NUMBERS = 33_621_764
"""In a published file."""


@pytest.fixture(scope="module")
def net() -> SlowFast50:
    torch.manual_seed(0)
    return SlowFast50(2).eval()


def test_the_layers_are_those_of_the_published_files(golden: Path) -> None:
    key_sets = json.loads((golden / "manifests" / "eighteen.json").read_text())["key_sets"]
    published = key_sets["slowfast50(num_classes=2,alpha=4,beta=1/8):float32"]
    with torch.device("meta"):
        net = SlowFast50(2)
    assert {key: list(tensor.shape) for key, tensor in net.state_dict().items()} == {
        key: shape for key, (shape, _dtype) in published.items()
    }
    assert sum(tensor.numel() for tensor in net.state_dict().values()) == NUMBERS


@torch.inference_mode()
@pytest.mark.parametrize(("frames", "slow_frames"), [(1, 1), (4, 1), (5, 2), (16, 4), (17, 5)])
def test_the_slow_path_sees_every_fourth_frame(net: SlowFast50, frames: int, slow_frames: int) -> None:
    seen: list[torch.Tensor] = []
    stem: nn.Module = net.slow_conv1
    hook = stem.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    clip = torch.rand(1, 3, frames, 32, 32)
    try:
        assert net(clip).shape == (1, 2)
    finally:
        hook.remove()
    assert seen[0].shape[2] == slow_frames
    assert torch.equal(seen[0][:, :, -1], clip[:, :, 4 * (slow_frames - 1)])


@torch.inference_mode()
def test_a_lateral_connection_is_read_in_step_with_the_slow_path(net: SlowFast50) -> None:
    """A frame that only the fast path sees changes the slow path's features around it, and far from it none."""
    seen: list[torch.Tensor] = []
    hook = net.get_submodule("slow_res1").register_forward_hook(lambda _, __, output: seen.append(output))
    clip = torch.rand(1, 3, 33, 32, 32)
    changed = clip.clone()
    changed[:, :, 17] += 1
    try:
        net(clip), net(changed)
    finally:
        hook.remove()
    # The stem sees 2 frames on either side and the lateral connection 2 more: 13 to 21, of which 16 and 20 are slow.
    different = (seen[0] != seen[1]).any(dim=(0, 1, 3, 4))
    assert different.tolist() == [i in (4, 5) for i in range(9)]


@torch.inference_mode()
def test_a_compiled_net_takes_clips_of_any_length(net: SlowFast50) -> None:
    clips = [torch.rand(1, 3, frames, 48, 48) for frames in (1, 3, 9, 40, 9)]
    expected = [net(clip) for clip in clips]
    compiled = compile_net(net, "cpu", (3, 8, 32, 32), any_size=True)
    for clip, logits in zip(clips, expected, strict=True):
        # Measured: 3e-7.
        assert torch.allclose(compiled(clip), logits, atol=1e-5)
