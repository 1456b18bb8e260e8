"""Meso4 and MesoInception4 (Afchar, Nozick, Yamagishi, Echizen 2018, "MesoNet: a Compact Facial Video
Forgery Detection Network"), and the map from their published Keras weights.

Input float32 (N, 3, 256, 256), RGB in [0, 1]; output (N,), P(real) as published.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

INPUT_SIZE = 256
BATCH_NORM_EPS = 1e-3
"""Keras' default, with which the published weights were trained; PyTorch's is 1e-5."""
LEAK = 0.1
"""Slope of the leaky ReLU behind the first dense layer, of the published nets."""


class Meso4(nn.Module):
    """Four convolutions, each with ReLU, batch norm and max pooling, then two dense layers."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_conv_relu_norm(3, 8, kernel=3),
            nn.MaxPool2d(2),
            *_conv_relu_norm(8, 8, kernel=5),
            nn.MaxPool2d(2),
            *_conv_relu_norm(8, 16, kernel=5),
            nn.MaxPool2d(2),
            *_conv_relu_norm(16, 16, kernel=5),
            nn.MaxPool2d(4),
        )
        self.head = _Head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))  # type: ignore[no-any-return]


class MesoInception4(nn.Module):
    """As Meso4, with two inception modules of dilated convolutions in place of the first two convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            _Inception(3, (1, 4, 4, 2)),
            nn.BatchNorm2d(11, eps=BATCH_NORM_EPS),
            nn.MaxPool2d(2),
            _Inception(11, (2, 4, 4, 2)),
            nn.BatchNorm2d(12, eps=BATCH_NORM_EPS),
            nn.MaxPool2d(2),
            *_conv_relu_norm(12, 16, kernel=5),
            nn.MaxPool2d(2),
            *_conv_relu_norm(16, 16, kernel=5),
            nn.MaxPool2d(4),
        )
        self.head = _Head()

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))  # type: ignore[no-any-return]


def from_keras(net: nn.Module, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict for ``net`` from the tensors of a Keras file, keyed ``.../<layer>_<number>/<weight>:0``.

    Layers of a kind are matched in order of their numbers, as the net creates them; the numbers themselves depend
    on what else the training session had made. Tensors of layers the net does not have keep their name, so that
    strict loading names them.
    """
    ranks = _ranks(published)
    layers = {kind: [n for n, m in net.named_modules() if isinstance(m, type_)] for kind, type_ in _KINDS.items()}
    state: dict[str, Tensor] = {}
    for key, value in published.items():
        kind, number, weight = _parts(key)
        rank = ranks.get((kind, number), -1)
        if not 0 <= rank < len(layers.get(kind, ())) or weight not in _WEIGHTS:
            state[key] = value
            continue
        state[f"{layers[kind][rank]}.{_WEIGHTS[weight]}"] = _torch_layout(kind, weight, value)
    return state


class _Inception(nn.Module):
    """A 1x1 convolution beside three of 1x1 then 3x3 with dilation 1, 2 and 3; each with ReLU; concatenated."""

    def __init__(self, inputs: int, outputs: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.point = _conv_relu(inputs, outputs[0], kernel=1)
        self.dilated = nn.ModuleList(
            nn.Sequential(_conv_relu(inputs, width, kernel=1), _conv_relu(width, width, kernel=3, dilation=dilation))
            for dilation, width in enumerate(outputs[1:], start=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.point(x), *(branch(x) for branch in self.dilated)], dim=1)


class _Head(nn.Module):
    """Features (N, 16, 8, 8) to P(real) (N,). Keras flattens channels last; dropout does nothing in inference."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(16 * 8 * 8, 16)
        self.output = nn.Linear(16, 1)

    def forward(self, features: Tensor) -> Tensor:
        flat = features.permute(0, 2, 3, 1).flatten(1)
        hidden = nn.functional.leaky_relu(self.hidden(flat), LEAK)
        return torch.sigmoid(self.output(hidden)).squeeze(1)


def _conv_relu(inputs: int, outputs: int, *, kernel: int, dilation: int = 1) -> nn.Sequential:
    padding = dilation * (kernel // 2)
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=padding, dilation=dilation), nn.ReLU())


def _conv_relu_norm(inputs: int, outputs: int, *, kernel: int) -> tuple[nn.Module, nn.Module]:
    return _conv_relu(inputs, outputs, kernel=kernel), nn.BatchNorm2d(outputs, eps=BATCH_NORM_EPS)


_KINDS: dict[str, type[nn.Module]] = {
    "conv2d": nn.Conv2d,
    "batch_normalization": nn.BatchNorm2d,
    "dense": nn.Linear,
}
_WEIGHTS = {
    "kernel": "weight",
    "bias": "bias",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}


def _parts(key: str) -> tuple[str, int, str]:
    """``conv2d_5/conv2d_5/kernel:0`` as ``("conv2d", 5, "kernel")``; an empty kind where the key is of another form."""
    parts = re.search(r"(?:^|/)(\w+)_(\d+)/(\w+):0$", key)
    return (parts[1], int(parts[2]), parts[3]) if parts else ("", 0, key)


def _ranks(published: Mapping[str, Tensor]) -> dict[tuple[str, int], int]:
    """The place of each layer among those of its kind, by number."""
    layers = sorted({_parts(key)[:2] for key in published})
    return {(kind, n): [m for k, m in layers if k == kind].index(n) for kind, n in layers}


def _torch_layout(kind: str, weight: str, value: Tensor) -> Tensor:
    """Kernels turned from height, width, in, out (dense: in, out) to PyTorch's order."""
    if weight != "kernel":
        return value
    return value.permute(3, 2, 0, 1).contiguous() if kind == "conv2d" else value.T.contiguous()
