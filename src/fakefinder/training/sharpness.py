"""Sharpness-aware minimisation: the gradient is taken a little uphill, so that training ends in a flat place.

Foret, Kleiner, Mobahi, Neyshabur 2021, "Sharpness-Aware Minimization for Efficiently Improving Generalization".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextmanager
def uphill(net: nn.Module, rho: float) -> Iterator[None]:
    """Inside, the weights lie ``rho`` along the gradient, which is cleared; afterwards they are what they were.

    Batch norms keep their running figures inside: they have seen these pictures already.
    """
    moved = [(weight, weight.grad) for weight in net.parameters() if weight.grad is not None]
    before = [weight.detach().clone() for weight, _ in moved]
    with torch.no_grad():
        length = nn.utils.get_total_norm([gradient for _, gradient in moved])
        for weight, gradient in moved:
            weight.add_(gradient * (rho / (length + 1e-12)))
    net.zero_grad(set_to_none=True)
    norms = [module for module in net.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
        with torch.no_grad():
            for (weight, _), value in zip(moved, before, strict=True):
                weight.copy_(value)
