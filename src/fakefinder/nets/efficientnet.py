"""EfficientNet B0-B7 with the paddings of the libraries that published detectors were trained with.

Bodies and names of parameters are timm's ``tf_efficientnet_*``. Checkpoints in the layout of the
efficientnet_pytorch library are loaded with ``from_efficientnet_pytorch`` as key map.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Literal

import timm
import torch.nn.functional as F
from timm.layers.conv2d_same import Conv2dSame
from torch import Tensor, nn

Variant = Literal["b0", "b1", "b2", "b3", "b4", "b5", "b6", "b7"]
Padding = Literal["same", "0.6.3", "0.7.0"]

STAGES = (1, 2, 2, 3, 3, 4, 1)
"""Blocks per stage of B0 (Tan and Le 2019, "EfficientNet", table 1)."""
DEPTH = {"b0": 1.0, "b1": 1.1, "b2": 1.2, "b3": 1.4, "b4": 1.8, "b5": 2.2, "b6": 2.6, "b7": 3.1}
"""Factor on the number of blocks of each stage, rounded up (the authors' published coefficients)."""


def efficientnet(variant: Variant, outputs: int, *, padding: Padding = "same") -> nn.Module:
    """A net that maps float32 (N, 3, H, W) to logits (N, outputs); batch norm eps 1e-3, weights random.

    Args:
        variant: depth and width.
        outputs: width of the last layer.
        padding: how a convolution of stride 2 and kernel k pads its input, which decides where on the picture it
            looks and so changes the logits. Convolutions of stride 1 pad k // 2 on all sides in each of them.
            ``same``: as TensorFlow, from the size of the input; timm's ``tf_`` nets.
            ``0.6.3``: efficientnet_pytorch 0.6.3: (k - 2) // 2 before, one more after, for any input; equal to
            ``same`` where all sizes are even (224), not where a size is odd (300, 299).
            ``0.7.0``: efficientnet_pytorch 0.7.0: k // 2 on both sides.
    """
    net: nn.Module = timm.create_model(f"tf_efficientnet_{variant}", pretrained=False, num_classes=outputs)
    if padding != "same":
        for name, layer in [(n, m) for n, m in net.named_modules() if isinstance(m, Conv2dSame)]:
            net.set_submodule(name, _fixed_padding(layer, padding))
    return net


def blocks_per_stage(variant: Variant) -> tuple[int, ...]:
    """How many blocks each of the seven stages has, e.g. ``(2, 3, 3, 4, 4, 5, 2)`` for B1."""
    return tuple(math.ceil(DEPTH[variant] * blocks) for blocks in STAGES)


def from_efficientnet_pytorch(variant: Variant) -> Callable[[str], str]:
    """A key map from efficientnet_pytorch's layout to this net's.

    A key that is not of that layout stays as it is, so that strict loading names it.

    >>> from_efficientnet_pytorch("b0")("_blocks.3._depthwise_conv.weight")
    'blocks.2.0.conv_dw.weight'
    """
    places = [(stage, i) for stage, blocks in enumerate(blocks_per_stage(variant)) for i in range(blocks)]

    def rename(published: str) -> str:
        block = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", published)
        if block is None:
            layer, _, parameter = published.partition(".")
            return f"{_OUTER[layer]}.{parameter}" if layer in _OUTER else published
        number, layer, parameter = int(block[1]), block[2], block[3]
        if number >= len(places):
            return published
        stage, i = places[number]
        names = _UNEXPANDED if stage == 0 else _EXPANDED
        return f"blocks.{stage}.{i}.{names[layer]}.{parameter}" if layer in names else published

    return rename


_OUTER = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
_SQUEEZE_EXCITE = {"_se_reduce": "se.conv_reduce", "_se_expand": "se.conv_expand"}
# Blocks of the first stage have no expansion, so timm numbers their batch norms from the depthwise one.
_UNEXPANDED = {
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn1",
    **_SQUEEZE_EXCITE,
    "_project_conv": "conv_pw",
    "_bn2": "bn2",
}
_EXPANDED = {
    "_expand_conv": "conv_pw",
    "_bn0": "bn1",
    "_depthwise_conv": "conv_dw",
    "_bn1": "bn2",
    **_SQUEEZE_EXCITE,
    "_project_conv": "conv_pwl",
    "_bn2": "bn3",
}


class _FixedPaddingConv2d(nn.Conv2d):
    """A convolution that pads ``before`` on the left and top, ``after`` on the right and bottom, for any input."""

    before: int
    after: int

    def forward(self, x: Tensor) -> Tensor:
        padded = F.pad(x, (self.before, self.after, self.before, self.after))
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def _fixed_padding(layer: nn.Conv2d, padding: Padding) -> _FixedPaddingConv2d:
    kernel, stride = layer.kernel_size[0], layer.stride[0]
    conv = _FixedPaddingConv2d(
        layer.in_channels,
        layer.out_channels,
        kernel,
        stride,
        groups=layer.groups,
        bias=layer.bias is not None,
    )
    conv.before, conv.after = ((kernel - 2) // 2, (kernel - 1) // 2) if padding == "0.6.3" else (kernel // 2,) * 2
    return conv
