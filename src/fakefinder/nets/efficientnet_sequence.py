"""EfficientNet on short sequences of frames: the expansion of each block looks at the frame before and after too.

The body and its padding are those of ``nets.efficientnet``; published files have efficientnet_pytorch's layout.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fakefinder.nets.efficientnet import Padding, Variant, efficientnet, from_efficientnet_pytorch


class EfficientNetSequence(nn.Module):
    """Maps float32 (N, frames, 3, H, W) to logits (N, frames): one of each frame, seen with its neighbours."""

    def __init__(self, variant: Variant, frames: int, *, padding: Padding) -> None:
        super().__init__()
        self.frames = frames
        self.body = efficientnet(variant, 1, padding=padding)
        # The blocks of the first stage have no expansion; timm calls another layer of theirs by this name.
        for name, layer in list(self.body.named_modules()):
            if name.endswith(".conv_pw") and not name.startswith("blocks.0."):
                self.body.set_submodule(name, _ExpansionOverTime(layer.in_channels, layer.out_channels, frames))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.body(x.flatten(0, 1))
        return logits.reshape(-1, self.frames)


def from_published(variant: Variant) -> Callable[[str], str]:
    """A key map from efficientnet_pytorch's layout, with ``_expand_conv.conv`` for the expansions, to this net's.

    >>> from_published("b0")("_blocks.3._expand_conv.conv.weight")
    'body.blocks.2.0.conv_pw.weight'
    """
    of_body = from_efficientnet_pytorch(variant)

    def rename(published: str) -> str:
        if "._expand_conv.weight" in published:
            return published
        return "body." + of_body(published.replace("._expand_conv.conv.", "._expand_conv."))

    return rename


class _ExpansionOverTime(nn.Module):
    """A convolution of kernel (3, 1, 1) over the frames of a sequence, which begins and ends with zeros.

    It takes and gives all frames in one batch axis. It is computed as one 1 x 1 convolution of three frames' channels
    side by side: what comes in is narrow, so that putting it side by side costs little.
    """

    def __init__(self, channels: int, out: int, frames: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(out, channels, 3, 1, 1))
        self.frames = frames

    def forward(self, x: Tensor) -> Tensor:
        time = x.reshape(-1, self.frames, *x.shape[1:])
        padded = F.pad(time, (0, 0, 0, 0, 0, 0, 1, 1))
        beside = torch.cat((padded[:, :-2], time, padded[:, 2:]), 2).flatten(0, 1)
        return F.conv2d(beside, self.weight.transpose(1, 2).flatten(1)[..., None, None])
