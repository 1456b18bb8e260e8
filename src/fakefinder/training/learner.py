"""Learner: a net, its optimiser and its averaged weights; one call is one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from fakefinder.training.average import MovingAverage
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.training.sharpness import uphill

ToInput = Callable[[Tensor], Tensor]
"""From float32 (N, 3, h, w) in [0, 1] to what a net takes."""
Judge = Callable[[Tensor], Tensor]
"""From pictures, uint8 (n, h, w, 3), to logits, float32 (n,) on the CPU; positive is fake."""


class Learner:
    """Trains ``net``, which gives logits (N,) or (N, 1); positive is fake."""

    def __init__(self, net: nn.Module, to_input: ToInput, recipe: TrainingRecipe, device: str) -> None:
        self.device = device
        self._net = net.to(device).to(memory_format=torch.channels_last).train()
        self._average = MovingAverage(self._net, recipe.average_decay)
        self._to_input = to_input
        self._recipe = recipe
        weights = [weight for weight in self._net.parameters() if weight.requires_grad]
        groups = [
            {"params": [weight for weight in weights if weight.ndim > 1], "weight_decay": recipe.weight_decay},
            {"params": [weight for weight in weights if weight.ndim <= 1], "weight_decay": 0.0},
        ]
        self._optimiser = torch.optim.AdamW(groups, lr=recipe.learning_rate)

    @property
    def averaged(self) -> nn.Module:
        """The net with the averaged weights, in eval mode: what is measured and exported."""
        return self._average.net

    def learn(self, pairs: Tensor, rate: float) -> float:
        """Take one step with the learning rate ``rate``; the loss before it.

        Args:
            pairs: uint8 (n, 2, h, w, 3), of each the real picture and the fake one.
        """
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        pictures = _inputs(pairs.flatten(0, 1), self._to_input, self.device)
        labels = labels_of(pairs).to(self.device)
        smoothing = self._recipe.label_smoothing
        targets = labels * (1 - smoothing) + smoothing / 2
        loss = self._loss(pictures, targets)
        loss.backward()  # type: ignore[no-untyped-call]
        if self._recipe.sam_rho:
            with uphill(self._net, self._recipe.sam_rho):
                self._loss(pictures, targets).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._net.parameters(), self._recipe.gradient_norm)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self._average.update(self._net)
        return loss.item()

    @property
    def judge(self) -> Judge:
        """What the averaged net says."""
        return judge_of(self.averaged, self._to_input, self.device)

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values, from which ``load_state_dict`` makes an equal learner."""
        return {
            "net": self._net.state_dict(),
            "average": self.averaged.state_dict(),
            "average_updates": self._average.updates,
            "optimiser": self._optimiser.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Become the learner that ``state`` was taken from; the recipe must be the same."""
        self._net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["average"])
        self._average.updates = state["average_updates"]
        self._optimiser.load_state_dict(state["optimiser"])

    def _loss(self, pictures: Tensor, targets: Tensor) -> Tensor:
        with torch.autocast(self.device, torch.bfloat16, enabled=self._recipe.precision == "bfloat16"):
            logits = self._net(pictures)
        return binary_cross_entropy_with_logits(_flat(logits), targets)


def judge_of(net: nn.Module, to_input: ToInput, device: str) -> Judge:
    """What a net in eval mode on ``device`` says of pictures, in float32."""

    @torch.no_grad()
    def judge(pictures: Tensor) -> Tensor:
        return _flat(net(_inputs(pictures, to_input, device))).cpu()

    return judge


def _inputs(pictures: Tensor, to_input: ToInput, device: str) -> Tensor:
    x = pictures.to(device, non_blocking=True).permute(0, 3, 1, 2).float() / 255
    return to_input(x).contiguous(memory_format=torch.channels_last)


def _flat(logits: Tensor) -> Tensor:
    return logits.flatten().float()


def labels_of(pairs: Tensor) -> Tensor:
    """1 where a picture of ``pairs`` (n, 2, ...) is fake, else 0; float32 (2 * n,)."""
    return torch.tensor([0.0, 1.0]).repeat(len(pairs))
