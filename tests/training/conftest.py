"""A tiny net and pairs that can be told apart, so that a whole run takes a second."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fakefinder.training.course import Course, Watch
from fakefinder.training.recipe import TrainingRecipe, read_recipe
from fakefinder.training.trainer import Trainer


class NoisyPairs:
    """Pairs of noise; the fake one is a little brighter."""

    def __init__(self, count: int, seed: int) -> None:
        self._count, self._seed = count, seed

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: tuple[int, int]) -> Tensor:
        rng = np.random.default_rng([self._seed, *place])
        noise = rng.integers(0, 200, (2, 8, 8, 3), np.uint8)
        noise[1] += 20
        return torch.from_numpy(noise)


def tiny_net() -> nn.Module:
    """A net with what makes resuming hard: batch norm and dropout."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        return nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Dropout(0.3), nn.Flatten(),
            nn.Linear(4 * 8 * 8, 1),
        )  # fmt: skip


def tiny_recipe(**changes: float) -> TrainingRecipe:
    """Five steps an epoch, without loader processes."""
    usual = {"epochs": 3, "pairs_per_step": 4, "warm_up_steps": 2, "workers": 0, "held_out_pairs": 2}
    return read_recipe(None).model_copy(update=usual | changes)


def tiny_course(recipe: TrainingRecipe) -> Course:
    """22 pairs an epoch, of which two are left over, and 3 held-out ones."""
    return Course(tiny_net(), lambda x: x * 2 - 1, NoisyPairs(22, 1), NoisyPairs(3, 2), {"recipe": recipe.sha256})


@pytest.fixture
def trainer(tmp_path: Path) -> Callable[..., Trainer]:
    """``trainer("a", epochs=2)`` is a trainer in the folder ``a``, with the tiny recipe changed so."""

    def make(folder: str, watch: Watch = lambda seen: None, **changes: float) -> Trainer:
        recipe = tiny_recipe(**changes)
        (tmp_path / folder).mkdir(exist_ok=True)
        return Trainer(tiny_course(recipe), recipe, tmp_path / folder, watch=watch)

    return make
