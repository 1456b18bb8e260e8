"""RetinaFace: the single-shot face net of Deng et al. 2020, as the Pytorch_Retinaface library builds and publishes it.

Names of layers are those of its files (``ClassHead``, ``conv7x7_3``), so that these load without a key map.
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import resnet50
from torchvision.models.feature_extraction import create_feature_extractor

Body = Literal["mobilenet0.25", "resnet50"]

ANCHORS = 2
"""Answers for each place of a feature map."""


def retinaface(body: Body) -> RetinaFace:
    """The face net on one of its two published bodies, weights random."""
    if body == "mobilenet0.25":
        return RetinaFace(MobileNetBody(), (64, 128, 256), width=64)
    return RetinaFace(_resnet50_body(), (512, 1024, 2048), width=256)


class RetinaFace(nn.Module):
    """Maps pictures to an answer for each prior box: of stride 8, 16, 32, row by row, the smaller box of a place first.

    Takes float32 (N, 3, height, width) of any size, channels BGR from 0 to 255 less (104, 117, 123).
    """

    def __init__(self, body: nn.Module, channels: tuple[int, int, int], *, width: int) -> None:
        """``body`` gives a dictionary with three maps of so many ``channels``; all that follows is ``width`` wide."""
        super().__init__()
        slope = 0.1 if width <= 64 else 0.0
        self.body = body
        self.fpn = FeaturePyramid(channels, width, slope)
        self.ssh1, self.ssh2, self.ssh3 = (Context(width, slope) for _ in channels)
        self.ClassHead, self.BboxHead, self.LandmarkHead = (
            nn.ModuleList(Head(width, values) for _ in channels) for values in (2, 4, 10)
        )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Box shifts (N, priors, 4), P(face) (N, priors), landmark shifts (N, priors, 10: x and y in turn)."""
        contexts = self.ssh1, self.ssh2, self.ssh3
        maps = [context(x) for context, x in zip(contexts, self.fpn(*self.body(pixels).values()), strict=True)]
        faces, boxes, landmarks = (
            torch.cat([head(x) for head, x in zip(heads, maps, strict=True)], dim=1)
            for heads in (self.ClassHead, self.BboxHead, self.LandmarkHead)
        )
        return boxes, faces.softmax(-1)[..., 1], landmarks


class MobileNetBody(nn.Module):
    """MobileNet v1 at a quarter of its width; maps of stride 8, 16 and 32 with 64, 128 and 256 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.stage1 = nn.Sequential(
            _conv(3, 8, 3, 0.1, stride=2),
            _separable(8, 16),
            _separable(16, 32, stride=2),
            _separable(32, 32),
            _separable(32, 64, stride=2),
            _separable(64, 64),
        )
        self.stage2 = nn.Sequential(_separable(64, 128, stride=2), *(_separable(128, 128) for _ in range(5)))
        self.stage3 = nn.Sequential(_separable(128, 256, stride=2), _separable(256, 256))

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        stride8 = self.stage1(pixels)
        stride16 = self.stage2(stride8)
        return {"stage1": stride8, "stage2": stride16, "stage3": self.stage3(stride16)}


def _resnet50_body() -> nn.Module:
    """torchvision's ResNet-50; maps of stride 8, 16 and 32 with 512, 1024 and 2048 channels."""
    body: nn.Module = create_feature_extractor(resnet50(), ["layer2", "layer3", "layer4"])
    return body


class FeaturePyramid(nn.Module):
    """Gives the maps of the smaller strides what those of the larger ones have seen."""

    def __init__(self, channels: tuple[int, int, int], width: int, slope: float) -> None:
        super().__init__()
        self.output1, self.output2, self.output3 = (_conv(c, width, 1, slope) for c in channels)
        self.merge1, self.merge2 = (_conv(width, width, 3, slope) for _ in range(2))

    def forward(self, stride8: Tensor, stride16: Tensor, stride32: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        out1, out2, out3 = self.output1(stride8), self.output2(stride16), self.output3(stride32)
        out2 = self.merge2(out2 + F.interpolate(out3, size=out2.shape[2:], mode="nearest"))
        out1 = self.merge1(out1 + F.interpolate(out2, size=out1.shape[2:], mode="nearest"))
        return out1, out2, out3


class Context(nn.Module):
    """Three branches that see 3, 5 and 7 places across, side by side (SSH, Najibi et al. 2017)."""

    def __init__(self, width: int, slope: float) -> None:
        super().__init__()
        half, quarter = width // 2, width // 4
        self.conv3X3 = _conv(width, half, 3)
        self.conv5X5_1 = _conv(width, quarter, 3, slope)
        self.conv5X5_2 = _conv(quarter, quarter, 3)
        self.conv7X7_2 = _conv(quarter, quarter, 3, slope)
        self.conv7x7_3 = _conv(quarter, quarter, 3)

    def forward(self, x: Tensor) -> Tensor:
        shared = self.conv5X5_1(x)
        branches = self.conv3X3(x), self.conv5X5_2(shared), self.conv7x7_3(self.conv7X7_2(shared))
        return torch.cat(branches, dim=1).relu()


class Head(nn.Module):
    """So many ``values`` for each anchor of each place, (N, places * anchors, values)."""

    def __init__(self, width: int, values: int) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(width, ANCHORS * values, 1)
        self._values = values

    def forward(self, x: Tensor) -> Tensor:
        maps: Tensor = self.conv1x1(x)
        return maps.permute(0, 2, 3, 1).reshape(x.shape[0], -1, self._values)


def _conv(inputs: int, outputs: int, kernel: int, slope: float | None = None, *, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, batch norm and, where a slope is given, leaky ReLU."""
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers) if slope is None else nn.Sequential(*layers, nn.LeakyReLU(slope))


def _separable(inputs: int, outputs: int, *, stride: int = 1) -> nn.Sequential:
    """A 3 x 3 convolution of each channel, then a 1 x 1 convolution, each with batch norm and leaky ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.LeakyReLU(0.1),
        *_conv(inputs, outputs, 1, 0.1),
    )
