"""What training needs to know of blend: its net, its crops, and how its logits become one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from fakefinder.detectors.blend.calibration import KEYS
from fakefinder.detectors.blend.card import CARD
from fakefinder.detectors.blend.crops import Cutter, face_finder, frame_numbers
from fakefinder.detectors.blend.scores import Floats, track_scores, video_score
from fakefinder.detectors.crops import crops_of_tracks, gather
from fakefinder.detectors.trainable import SeenFaces
from fakefinder.faces.finder import FaceFinder
from fakefinder.media.video import Video

if TYPE_CHECKING:
    from torch import Tensor, nn

LARGEST_ODDS = 1e12
"""Of scores so near to 0 or 1 that float64 knows their odds no more."""


class BlendTrainable:
    """A ``detectors.trainable.Trainable``."""

    calibration_keys = KEYS
    crop_key = f"{CARD.name}-{CARD.version}-{CARD.recipe}"

    def __init__(self, device: str = "cpu") -> None:
        self._device = device

    @cached_property
    def _finder(self) -> FaceFinder:
        return face_finder(self._device)

    def net(self, *, dropout: float = 0.0, drop_path: float = 0.0) -> nn.Module:
        from fakefinder.nets.efficientnet_lite import efficientnet_lite0

        return efficientnet_lite0(dropout=dropout, drop_path=drop_path)

    def to_input(self, rgb: Tensor) -> Tensor:
        return rgb * 2 - 1

    def faces(self, video: Video) -> SeenFaces:
        seen = gather(video, video.frames(frame_numbers(video.info)), self._finder, Cutter())
        return SeenFaces([crop.rgb for crop in seen.crops], crops_of_tracks(seen))

    def video_logit(self, logits: Floats, tracks: Sequence[Sequence[int]]) -> float:
        score = video_score([track_scores(logits[list(indices)]) for indices in tracks])
        return float(np.log(np.clip(score / (1 - score) if score < 1 else np.inf, 1 / LARGEST_ODDS, LARGEST_ODDS)))
