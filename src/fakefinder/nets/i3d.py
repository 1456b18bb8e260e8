"""I3D: Inception-v1 inflated to three dimensions, with the parameter names of its best known PyTorch port.

Carreira and Zisserman 2017, "Quo Vadis, Action Recognition?", figure 3; the port is github.com/piergiaj/pytorch-i3d.
Convolutions and poolings pad as TensorFlow's ``SAME``: by the size of their input, with zeros.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Three = tuple[int, int, int]
"""Of time, height and width."""
Widths = tuple[int, int, int, int, int, int]
"""Channels of a mixed layer: of 1x1; 1x1 and the 3x3 behind it, twice; 1x1 behind the pooling."""


def i3d(outputs: int) -> nn.Module:
    """A net that maps float32 (N, 3, T, 224, 224), T from 9 up, to logits (N, outputs); weights random."""
    return nn.Sequential(
        OrderedDict[str, nn.Module](
            Conv3d_1a_7x7=_Unit(3, 64, 7, stride=2),
            MaxPool3d_2a_3x3=_SameMaxPool3d((1, 3, 3), (1, 2, 2)),
            Conv3d_2b_1x1=_Unit(64, 64, 1),
            Conv3d_2c_3x3=_Unit(64, 192, 3),
            MaxPool3d_3a_3x3=_SameMaxPool3d((1, 3, 3), (1, 2, 2)),
            Mixed_3b=_Mixed(192, (64, 96, 128, 16, 32, 32)),
            Mixed_3c=_Mixed(256, (128, 128, 192, 32, 96, 64)),
            MaxPool3d_4a_3x3=_SameMaxPool3d((3, 3, 3), (2, 2, 2)),
            Mixed_4b=_Mixed(480, (192, 96, 208, 16, 48, 64)),
            Mixed_4c=_Mixed(512, (160, 112, 224, 24, 64, 64)),
            Mixed_4d=_Mixed(512, (128, 128, 256, 24, 64, 64)),
            Mixed_4e=_Mixed(512, (112, 144, 288, 32, 64, 64)),
            Mixed_4f=_Mixed(528, (256, 160, 320, 32, 128, 128)),
            MaxPool3d_5a_2x2=_SameMaxPool3d((2, 2, 2), (2, 2, 2)),
            Mixed_5b=_Mixed(832, (256, 160, 320, 32, 128, 128)),
            Mixed_5c=_Mixed(832, (384, 192, 384, 48, 128, 128)),
            logits=_Logits(1024, outputs),
        )
    )


def pad_same(x: Tensor, kernel: Three, stride: Three) -> Tensor:
    """``x`` (N, C, T, H, W) with zeros around it for a kernel that moves by a stride of 1 or 2.

    An axis of n places then has ceil(n / stride) results. Of an odd number of zeros one more comes behind than before.

    Written without conditions on sizes, so that a graph traced from a short clip is right for every length.
    """
    paddings = []
    for axis in (4, 3, 2):  # the order of torch.nn.functional.pad
        k, s = kernel[axis - 2], stride[axis - 2]
        zeros = k - s + x.shape[axis] % s
        paddings += [zeros // 2, zeros - zeros // 2]
    return F.pad(x, paddings)


class _Unit(nn.Module):
    """Convolution, batch norm, ReLU."""

    def __init__(self, width_in: int, width_out: int, kernel: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv3d = _SameConv3d(width_in, width_out, kernel, stride, bias=False)
        self.bn = nn.BatchNorm3d(width_out, eps=1e-3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.bn(self.conv3d(x))
        return F.relu(y)


class _SameConv3d(nn.Conv3d):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(pad_same(x, _three(self.kernel_size), _three(self.stride)))


class _SameMaxPool3d(nn.MaxPool3d):
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = super().forward(pad_same(x, _three(self.kernel_size), _three(self.stride)))
        return y


class _Mixed(nn.Module):
    """Four views of one input side by side: 1x1, two widths of 3x3, and a pooling."""

    def __init__(self, width_in: int, widths: Widths) -> None:
        super().__init__()
        a, b, c, d, e, f = widths
        self.b0 = _Unit(width_in, a, 1)
        self.b1a = _Unit(width_in, b, 1)
        self.b1b = _Unit(b, c, 3)
        self.b2a = _Unit(width_in, d, 1)
        self.b2b = _Unit(d, e, 3)
        self.b3a = _SameMaxPool3d((3, 3, 3), (1, 1, 1))
        self.b3b = _Unit(width_in, f, 1)

    def forward(self, x: Tensor) -> Tensor:
        views = (self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(self.b3a(x)))
        return torch.cat(views, dim=1)


class _Logits(nn.Module):
    """Means of two time steps and the whole picture, a linear layer, and the mean over time."""

    def __init__(self, width_in: int, outputs: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool3d((2, 7, 7), stride=1)
        self.conv3d = nn.Conv3d(width_in, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.conv3d(self.pool(x))
        return logits.mean(dim=(2, 3, 4))


def _three(size: int | tuple[int, ...]) -> Three:
    assert isinstance(size, tuple)
    return size[0], size[1], size[2]
