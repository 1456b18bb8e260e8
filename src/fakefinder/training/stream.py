"""PairStream: the pairs of a whole run in the order in which they are used, made ahead by loader processes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from itertools import count

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from fakefinder.training.examples import PairSet
from fakefinder.training.recipe import TrainingRecipe

AHEAD = 4
"""Batches that a loader process makes ahead of their use."""

Place = tuple[bool, int, int]
"""Of a pair: whether it is held out, its round, and its number in that."""


class PairStream:
    """Batches of pairs, uint8 (n, 2, h, w, 3): the steps of an epoch, then all held-out pairs, then the next epoch.

    An epoch has ``steps`` steps with ``pictures`` pictures in all; ``held_out_batches`` follow it.
    """

    def __init__(self, train: PairSet, held_out: PairSet, recipe: TrainingRecipe, device: str) -> None:
        self._pairs = _Parts(train, held_out)
        self._recipe = recipe
        self._device = device
        first = self._steps(0)
        self.steps, self.pictures = len(first), 2 * sum(map(len, first))
        self.held_out_batches = len(self._held_out())

    def batches(self, epoch: int, step: int) -> Iterator[Tensor]:
        """The batches from a step of an epoch on, both counted from 0, without end.

        What does not fill the last step of an epoch is left to other epochs, whose orders differ.
        """
        return self._loaded(self._from(epoch, step))

    def held_out(self) -> Iterator[Tensor]:
        """The batches of all held-out pairs, once."""
        return self._loaded(iter(self._held_out()))

    def _loaded(self, places: Iterator[list[Place]]) -> Iterator[Tensor]:
        workers = self._recipe.workers
        loader = DataLoader(
            self._pairs,
            batch_sampler=_Places(places),
            num_workers=workers,
            prefetch_factor=AHEAD if workers else None,
            worker_init_fn=_as_worker,
            pin_memory=self._device == "cuda",
            # A forked process hangs where OpenCV or a net has started threads before.
            multiprocessing_context="spawn" if workers else None,
            generator=torch.Generator(),  # else the net's dropout would depend on how often a run was stopped
        )
        yield from _undisturbed(loader)

    def _from(self, first: int, step: int) -> Iterator[list[Place]]:
        for epoch in count(first):
            yield from self._steps(epoch)[step if epoch == first else 0 :]
            yield from self._held_out()

    def _steps(self, epoch: int) -> list[list[Place]]:
        shuffled = np.random.default_rng([self._recipe.seed, epoch]).permutation(len(self._pairs.train)).tolist()
        steps = self._batched([(False, epoch, i) for i in shuffled])
        return [step for step in steps if len(step) == self._recipe.pairs_per_step] or steps

    def _held_out(self) -> list[list[Place]]:
        rounds, faces = range(self._recipe.held_out_pairs), range(len(self._pairs.held_out))
        return self._batched([(True, number, i) for number in rounds for i in faces])

    def _batched(self, places: list[Place]) -> list[list[Place]]:
        size = self._recipe.pairs_per_step
        return [places[start : start + size] for start in range(0, len(places), size)]


class _Parts(Dataset[Tensor]):
    def __init__(self, train: PairSet, held_out: PairSet) -> None:
        self.train, self.held_out = train, held_out

    def __getitem__(self, place: Place) -> Tensor:
        is_held_out, number, i = place
        return (self.held_out if is_held_out else self.train)[number, i]


class _Places(Sampler[list[Place]]):
    def __init__(self, places: Iterator[list[Place]]) -> None:
        self._places = places

    def __iter__(self) -> Iterator[list[Place]]:
        return self._places


def _undisturbed(loader: DataLoader[Tensor]) -> Iterator[Tensor]:
    """The loader's iterator, whose processes know nothing of Ctrl-C: when to stop is the trainer's affair."""
    if threading.current_thread() is not threading.main_thread():
        return iter(loader)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is ignored stays so in processes that are started
    try:
        return iter(loader)
    finally:
        signal.signal(signal.SIGINT, before)


def _as_worker(_number: int) -> None:
    """One thread for each loader process."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
