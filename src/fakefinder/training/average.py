"""MovingAverage: weights averaged over the steps, which judge better than those of any single step."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import nn


class MovingAverage:
    """An exponential moving average of a net's weights and buffers, as a ``net`` of its own in eval mode."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.net = deepcopy(net).eval().requires_grad_(False)
        self.updates = 0
        self._decay = decay

    def share_kept(self) -> float:
        """What the next update leaves as it was: little at first, when the weights change fast, then ``decay``.

        The rule (1 + n) / (10 + n) is that of TensorFlow's ExponentialMovingAverage.
        """
        return min(self._decay, (1 + self.updates) / (10 + self.updates))

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take the weights of one more step in. Counters are copied."""
        share_taken = 1 - self.share_kept()
        for mean, value in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, share_taken)
            else:
                mean.copy_(value)
        self.updates += 1
