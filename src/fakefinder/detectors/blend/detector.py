"""The detector: each face of frames spread over the whole video, judged by a small net and smoothed over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from fakefinder.detectors.base import Detector, Evidence, Video
from fakefinder.detectors.blend.calibration import KEYS, Calibration
from fakefinder.detectors.blend.card import CARD
from fakefinder.detectors.blend.crops import INPUT_SIZE, MIN_FACE_PX, Cutter, face_finder, frame_numbers
from fakefinder.detectors.blend.scores import Floats, track_scores, video_score
from fakefinder.detectors.crops import crops_of_tracks, face_tracks, gather, run_nets
from fakefinder.faces.crop import FaceCrop

if TYPE_CHECKING:
    from torch import Tensor, nn

    from fakefinder.detectors.trainable import Trainable


class Blend(Detector):
    """The highest P(fake) of a face over time, from the mean of its calibrated logits."""

    card = CARD

    @staticmethod
    def trainable(device: str) -> Trainable:
        """What training needs of this detector."""
        from fakefinder.detectors.blend.trainable import BlendTrainable

        return BlendTrainable(device)

    def load(self) -> None:
        self._finder = face_finder(self.device)
        files = tuple(self.weights.files)
        self._nets = self.compiled(files, self._net, (3, INPUT_SIZE, INPUT_SIZE))
        self._calibrations = [Calibration.of(self.weights.tensors(file)) for file in files]

    def _net(self, file: str) -> nn.Module:
        from fakefinder.nets.efficientnet_lite import efficientnet_lite0

        return self.net_from(file, efficientnet_lite0, ignore=(KEYS,))

    def score(self, video: Video) -> Evidence:
        cutter = Cutter()
        seen = gather(video, video.frames(frame_numbers(video.info)), self._finder, cutter)
        if not seen.times:
            return self.abstained("unreadable")
        if not seen.crops:
            return self._without_face(cutter.largest_px, seen.times)
        logits = self.calibrated_logits(seen.crops)
        of_tracks = crops_of_tracks(seen)
        tracks = [track_scores(logits[indices]) for indices in of_tracks]
        of_crops = np.empty(len(logits))
        for indices, track in zip(of_tracks, tracks, strict=True):
            of_crops[indices] = track.frames
        shown = face_tracks(seen, of_crops.tolist(), [track.track for track in tracks])
        recipe = "still" if video.info.is_still else None
        return self.scored(video_score(tracks), times=seen.times, tracks=shown, recipe=recipe)

    def calibrated_logits(self, crops: Sequence[FaceCrop]) -> Floats:
        """The logarithm of the odds of fake of each crop, float64 (crops,): the mean over the nets."""
        outputs = run_nets(self._nets, crops, _to_input, device=self.device)[..., 0].numpy().astype(np.float64)
        slopes, intercepts = np.array(self._calibrations).T
        return np.asarray((outputs * slopes[:, None] + intercepts[:, None]).mean(axis=0))

    def _without_face(self, largest_px: float, times: Sequence[float]) -> Evidence:
        if not largest_px:
            return self.abstained("no_face", times=times)
        sentence = (
            f"The largest face found has {largest_px:.0f} pixels; faces under {MIN_FACE_PX} are too small to be judged."
        )
        return self.abstained("face_too_small", sentence, times=times)


def _to_input(rgb: Tensor) -> Tensor:
    """From [0, 1] to the nets' range, [-1, 1]."""
    return rgb * 2 - 1
