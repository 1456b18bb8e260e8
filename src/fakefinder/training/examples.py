"""Pair sets: the real and fake pictures that a net is trained on and measured with, each made when it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from fakefinder.training.donor import donor_for
from fakefinder.training.faces import PortraitFace
from fakefinder.training.pairs import pair

HELD_OUT_SEED = 20220418
"""Of the held-out pairs: the same in every run, so that runs of other seeds can be compared."""


class PairSet(Protocol):
    """Pairs in rounds, ``len`` of them in each, as many rounds as one likes.

    ``pairs[round, i]`` is uint8 (2, h, w, 3), a real picture and a fake one, and depends on nothing else.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, place: tuple[int, int]) -> Tensor: ...


class BlendedPairs:
    """Pairs made of real faces alone: each round blends each face anew, drawn from (seed, round, i)."""

    def __init__(self, faces: Sequence[PortraitFace], size_px: int, seed: int) -> None:
        self._faces, self._size_px, self._seed = faces, size_px, seed

    def __len__(self) -> int:
        return len(self._faces)

    def __getitem__(self, place: tuple[int, int]) -> Tensor:
        number, i = place
        rng = np.random.default_rng([self._seed, number, i])
        face = self._faces[i]
        donor = donor_for(face, self._faces, rng)
        return torch.from_numpy(np.stack(pair(face, donor, rng, self._size_px)))
