"""A compiled net gives the numbers of the net it was made from."""

from __future__ import annotations

import copy
from functools import partial
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from fakefinder.nets import compile as compiling
from fakefinder.nets.compile import compile_net, compile_nets, settle
from fakefinder.nets.kept import read_graph


class TwoHeads(nn.Module):
    """A net whose output depends on everything that a compiler may get wrong: batch norm, padding, two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.BatchNorm2d(8), nn.SiLU())
        self.left, self.right = nn.Conv2d(8, 2, 1), nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.body(x)
        return self.left(y).softmax(1), self.right(y)


@pytest.fixture(params=["openvino", "torch"])
def backend(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "torch":
        monkeypatch.setattr(compiling, "find_spec", lambda _: None)
    else:
        pytest.importorskip("openvino")
    return str(request.param)


def test_outputs_equal_the_net_s_own(backend: str) -> None:
    torch.manual_seed(0)
    net = TwoHeads().eval()
    compiled = compile_net(copy.deepcopy(net), "cpu", (3, 32, 32), any_size=True)
    for shape in [(2, 3, 32, 32), (5, 3, 32, 32), (1, 3, 45, 31), (3, 3, 32, 32)]:
        x = torch.randn(shape)
        with torch.inference_mode():
            expected = net(x)
        for got, wanted in zip(compiled(x), expected, strict=True):
            torch.testing.assert_close(got, wanted, rtol=1e-5, atol=1e-6)


def test_a_net_over_time_takes_clips_of_any_length(backend: str) -> None:
    net = nn.Sequential(nn.Conv3d(3, 4, 3, stride=2, padding=1), nn.BatchNorm3d(4), nn.ReLU()).eval()
    compiled = compile_net(copy.deepcopy(net), "cpu", (3, 4, 8, 8), any_size=True)
    for frames in (4, 7, 10):
        x = torch.randn(1, 3, frames, 9, 16)
        torch.testing.assert_close(compiled(x), net(x).detach(), rtol=1e-5, atol=1e-6)


def test_the_batch_size_may_change(backend: str) -> None:
    net = nn.Conv2d(3, 4, 3)
    compiled = compile_net(copy.deepcopy(net), "cpu", (3, 9, 9))
    for batch in (3, 1, 8):
        x = torch.randn(batch, 3, 9, 9)
        torch.testing.assert_close(compiled(x), net(x).detach(), rtol=1e-5, atol=1e-6)


def test_nets_of_one_architecture_keep_their_own_weights(backend: str, tmp_path: Path) -> None:
    nets = [TwoHeads().eval() for _ in range(3)]
    for net in nets:
        net.body[1].running_mean.normal_()  # type: ignore[operator]
    builds = {tmp_path / str(i): partial(copy.deepcopy, net) for i, net in enumerate(nets)}
    x = torch.randn(2, 3, 16, 16)
    for one, net in zip(compile_nets(builds, "cpu", (3, 16, 16)), nets, strict=True):
        for got, wanted in zip(one(x), net(x), strict=True):
            torch.testing.assert_close(got, wanted.detach(), rtol=1e-5, atol=1e-6)


def test_a_kept_graph_spares_building_the_net(tmp_path: Path) -> None:
    pytest.importorskip("openvino")
    net, built, x = TwoHeads().eval(), [], torch.randn(2, 3, 16, 16)

    def build() -> nn.Module:
        built.append(1)
        return copy.deepcopy(net)

    def outputs() -> tuple[Tensor, ...]:
        [one] = compile_nets({tmp_path / "key" / "net": build}, "cpu", (3, 16, 16))
        settle()
        return tuple(one(x))

    first, again = outputs(), outputs()
    assert len(built) == 1
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    weights = tmp_path / "key" / "net" / "graph.bin"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert all(torch.equal(a, b) for a, b in zip(first, outputs(), strict=True)), "an altered graph counts as absent"
    assert len(built) == 2
    outputs()
    assert len(built) == 2, "and is replaced"


def test_dropout_is_off(backend: str) -> None:
    net = nn.Sequential(nn.Conv2d(3, 1, 1), nn.Dropout(0.9)).train()
    compiled = compile_net(net, "cpu", (3, 4, 4))
    x = torch.ones(1, 3, 4, 4)
    assert torch.equal(compiled(x), compiled(x))


def test_a_kept_graph_holds_weights_once_with_batch_norms_in_them(tmp_path: Path) -> None:
    """Else OpenVINO makes a second copy of all weights in each process."""
    pytest.importorskip("openvino")
    net = TwoHeads().eval()
    compile_nets({tmp_path / "net": partial(copy.deepcopy, net)}, "cpu", (3, 16, 16))
    settle()
    graph = read_graph(tmp_path / "net")
    assert graph is not None
    kinds = [node.get_type_name() for node in graph.get_ops()]
    assert kinds.count("Convolution") == 3
    assert not {"BatchNormInference", "Multiply"} & set(kinds)
    weights = sum(p.numel() * 4 for p in net.parameters() if p.ndim == 4)
    assert weights <= (tmp_path / "net" / "graph.bin").stat().st_size < weights + 500
