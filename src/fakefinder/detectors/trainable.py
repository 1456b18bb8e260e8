"""Trainable: what a detector offers whose net can be trained further on labelled videos.

A detector class has it as ``trainable(device)``; only detectors with one net that judges single crops of faces can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from fakefinder.media.video import RGB, Video

if TYPE_CHECKING:
    from torch import Tensor, nn

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SeenFaces:
    """The crops of a video, all of one size, in frame order; ``tracks`` are the indices of each face over time."""

    crops: Sequence[RGB]
    tracks: Sequence[Sequence[int]]


class Trainable(Protocol):
    """One net and what the detector does before and after it."""

    @property
    def crop_key(self) -> str:
        """Differs where the same video gives other crops."""
        ...

    @property
    def calibration_keys(self) -> str:
        """Glob of the keys in a weight file that are not the net's."""
        ...

    def net(self, *, dropout: float = 0.0, drop_path: float = 0.0) -> nn.Module:
        """The net on random weights: one logit for each crop, positive for fake."""
        ...

    def to_input(self, rgb: Tensor) -> Tensor:
        """From float32 (N, 3, h, w) in [0, 1] to what the net takes."""
        ...

    def faces(self, video: Video) -> SeenFaces:
        """The crops that the detector judges; none where it would abstain."""
        ...

    def video_logit(self, logits: Floats, tracks: Sequence[Sequence[int]]) -> float:
        """The detector's score of a video, as the logarithm of its odds, from the logits of its crops."""
        ...


@runtime_checkable
class OffersTraining(Protocol):
    """A detector class that can be trained further."""

    def trainable(self, device: str) -> Trainable:
        """What training needs; faces are found on ``device``."""
        ...
