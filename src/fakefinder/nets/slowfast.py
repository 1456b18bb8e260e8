"""SlowFast-50: two 3-D ResNets, one that sees every fourth frame and a thin one that sees them all.

Feichtenhofer et al. 2019, "SlowFast Networks for Video Recognition", with alpha 4 and beta 1/8. Names of parameters
are those of the published checkpoints.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

ALPHA = 4
"""Frames of the fast path to one of the slow path."""
BLOCKS = (3, 4, 6, 3)
"""Of each stage, as in ResNet-50."""
SLOW_PLANES, FAST_PLANES = (64, 128, 256, 512), (8, 16, 32, 64)
SLOW_KERNELS, FAST_KERNELS = (1, 1, 3, 3), (3, 3, 3, 3)
"""Frames that the first convolution of a block sees, in each stage."""
EXPANSION = 4
"""Channels that a block gives to each of its planes."""
LATERAL = 2
"""Channels of a lateral connection to one of the fast path."""


class SlowFast50(nn.Module):
    """Maps float32 (N, 3, T, H, W) to logits (N, outputs), for any T."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.fast_conv1, self.fast_bn1 = _stem(FAST_PLANES[0], frames=5)
        self.slow_conv1, self.slow_bn1 = _stem(SLOW_PLANES[0], frames=1)
        slow, fast = SLOW_PLANES[0], FAST_PLANES[0]
        for stage in range(4):
            lateral = _lateral(fast)
            self.add_module(f"Tconv{stage + 1}", lateral)
            self.add_module(f"slow_res{stage + 1}", _stage(stage, slow + lateral.out_channels, slow=True))
            self.add_module(f"fast_res{stage + 1}", _stage(stage, fast, slow=False))
            slow, fast = SLOW_PLANES[stage] * EXPANSION, FAST_PLANES[stage] * EXPANSION
        self.fc = nn.Linear(slow + fast, outputs)

    def forward(self, x: Tensor) -> Tensor:
        slow = _started(x[:, :, ::ALPHA], self.slow_conv1, self.slow_bn1)
        fast = _started(x, self.fast_conv1, self.fast_bn1)
        for stage in range(1, 5):
            slow = torch.cat([slow, self.get_submodule(f"Tconv{stage}")(fast)], dim=1)
            slow = self.get_submodule(f"slow_res{stage}")(slow)
            fast = self.get_submodule(f"fast_res{stage}")(fast)
        means = [path.mean(dim=(2, 3, 4)) for path in (slow, fast)]
        logits: Tensor = self.fc(torch.cat(means, dim=1))
        return logits


class _Block(nn.Module):
    """A bottleneck whose first convolution may look along time."""

    def __init__(self, inputs: int, planes: int, *, stride: int, kernel: int, shortcut: bool) -> None:
        super().__init__()
        outputs = planes * EXPANSION
        self.conv1 = nn.Conv3d(inputs, planes, (kernel, 1, 1), padding=(kernel // 2, 0, 0), bias=False)
        self.bn1 = nn.BatchNorm3d(planes)
        self.conv2 = nn.Conv3d(planes, planes, (1, 3, 3), (1, stride, stride), (0, 1, 1), bias=False)
        self.bn2 = nn.BatchNorm3d(planes)
        self.conv3 = nn.Conv3d(planes, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm3d(outputs)
        if shortcut:
            self.downsample = nn.Sequential(nn.Conv3d(inputs, outputs, 1, (1, stride, stride), bias=False))
            self.downsample_bn = nn.BatchNorm3d(outputs)
        self._shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.bn1(self.conv1(x)).relu()
        y = self.bn2(self.conv2(y)).relu()
        y = self.bn3(self.conv3(y))
        kept = self.downsample_bn(self.downsample(x)) if self._shortcut else x
        result: Tensor = (y + kept).relu()
        return result


def _stage(stage: int, inputs: int, *, slow: bool) -> nn.Sequential:
    planes = (SLOW_PLANES if slow else FAST_PLANES)[stage]
    kernel = (SLOW_KERNELS if slow else FAST_KERNELS)[stage]
    first = _Block(inputs, planes, stride=1 if stage == 0 else 2, kernel=kernel, shortcut=True)
    others = [
        _Block(planes * EXPANSION, planes, stride=1, kernel=kernel, shortcut=False) for _ in range(BLOCKS[stage] - 1)
    ]
    return nn.Sequential(first, *others)


def _stem(planes: int, *, frames: int) -> tuple[nn.Conv3d, nn.BatchNorm3d]:
    conv = nn.Conv3d(3, planes, (frames, 7, 7), (1, 2, 2), (frames // 2, 3, 3), bias=False)
    return conv, nn.BatchNorm3d(planes)


def _started(x: Tensor, conv: nn.Module, norm: nn.Module) -> Tensor:
    return nn.functional.max_pool3d(norm(conv(x)).relu(), (1, 3, 3), (1, 2, 2), (0, 1, 1))


def _lateral(channels: int) -> nn.Conv3d:
    """Brings the fast path's features to the slow path's rate: T frames to T / 4, rounded up."""
    return nn.Conv3d(channels, channels * LATERAL, (5, 1, 1), (ALPHA, 1, 1), (2, 0, 0), bias=False)
