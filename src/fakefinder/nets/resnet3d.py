"""3-D ResNet-34 with shortcuts of type A, with the parameter names of Hara et al.

Hara, Kataoka and Satoh 2018, "Can Spatiotemporal 3D CNNs Retrace the History of 2D CNNs and ImageNet?", table 1;
their code is github.com/kenshohara/3D-ResNets-PyTorch.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class ResNet34(nn.Module):
    """Maps float32 (N, 3, T, H, W) to logits (N, outputs); weights random."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 64, 7, stride=(1, 2, 2), padding=3, bias=False)
        self.bn1 = nn.BatchNorm3d(64)
        self.maxpool = nn.MaxPool3d(3, stride=2, padding=1)
        self.layer1 = _blocks(3, 64, 64, stride=1)
        self.layer2 = _blocks(4, 64, 128, stride=2)
        self.layer3 = _blocks(6, 128, 256, stride=2)
        self.layer4 = _blocks(3, 256, 512, stride=2)
        self.fc = nn.Linear(512, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        logits: Tensor = self.fc(x.mean(dim=(2, 3, 4)))
        return logits


def _blocks(count: int, width_in: int, width_out: int, *, stride: int) -> nn.Sequential:
    first = _Block(width_in, width_out, stride)
    return nn.Sequential(first, *(_Block(width_out, width_out, 1) for _ in range(count - 1)))


class _Block(nn.Module):
    """Two convolutions beside a shortcut without weights (He et al. 2016, option A).

    The shortcut takes every ``stride``-th place in time and space, and adds channels of zeros.
    """

    def __init__(self, width_in: int, width_out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(width_in, width_out, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm3d(width_out)
        self.conv2 = nn.Conv3d(width_out, width_out, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm3d(width_out)
        self.stride = stride
        self.added = width_out - width_in

    def forward(self, x: Tensor) -> Tensor:
        residual = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        shortcut = x
        if self.stride > 1:
            shortcut = x[:, :, :: self.stride, :: self.stride, :: self.stride]
        if self.added:
            shortcut = F.pad(shortcut, (0, 0, 0, 0, 0, 0, 0, self.added))
        return F.relu(residual + shortcut)
