"""TuneSet: labelled videos that are not trained on; the net is watched on them, and calibrated with them at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from fakefinder.detectors.trainable import Floats, Trainable
from fakefinder.errors import UsageError
from fakefinder.media.sample import batches
from fakefinder.training.learner import Judge
from fakefinder.training.videos import VideoFaces

EVERY = 4
"""After an epoch every fourth crop of each face is looked at, so that training does not wait for long."""
CROPS_AT_ONCE = 32


@dataclass(frozen=True)
class TuneSet:
    """Real and fake videos with faces, as ``trainer.Watched``."""

    name: str
    videos: Sequence[VideoFaces]
    trainable: Trainable

    def __post_init__(self) -> None:
        if len({one.video.fake for one in self.videos}) < 2:
            raise UsageError(
                f"{self.name} has no real and fake videos with faces in them.", hint="Both are needed to tune with."
            )

    @property
    def labels(self) -> Floats:
        """1 for fake, 0 for real."""
        return np.array([one.video.fake for one in self.videos], np.float64)

    def logits(self, judge: Judge, every: int = 1) -> Floats:
        """The logit of each video, from every ``every``-th crop of each face."""
        return np.array([self._logit(one, judge, every) for one in self.videos])

    def auc(self, judge: Judge, every: int = EVERY) -> float:
        """Area under the ROC curve by video."""
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(self.labels, self.logits(judge, every)))

    def _logit(self, one: VideoFaces, judge: Judge, every: int) -> float:
        tracks = [track[::every] for track in one.tracks]
        chosen = [i for track in tracks for i in track]
        places = iter(range(len(chosen)))
        crops = torch.from_numpy(one.crops()[chosen])
        logits = torch.cat([judge(crops[part]) for part in batches(range(len(chosen)), CROPS_AT_ONCE)])
        return self.trainable.video_logit(logits.double().numpy(), [[next(places) for _ in track] for track in tracks])
