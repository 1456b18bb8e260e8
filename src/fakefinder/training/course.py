"""Course: what is trained and on what; and what is told of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from torch import nn

from fakefinder.training.examples import PairSet
from fakefinder.training.history import EpochRecord
from fakefinder.training.learner import Judge, ToInput


@dataclass(frozen=True)
class Course:
    """What is trained and on what. ``identity`` names all that must be equal when a stopped run goes on."""

    net: nn.Module
    to_input: ToInput
    train: PairSet
    held_out: PairSet
    identity: Mapping[str, str]


class Watched(Protocol):
    """Labelled videos on which the net is measured after each epoch, for information."""

    @property
    def name(self) -> str: ...

    def auc(self, judge: Judge) -> float: ...


@dataclass(frozen=True)
class Progress:
    """Where a run is; ``epoch`` and ``step`` count from 1, ``loss`` is the mean of the epoch so far."""

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float


Watch = Callable[[Progress | EpochRecord], None]
