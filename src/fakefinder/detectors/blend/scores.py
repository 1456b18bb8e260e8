"""From calibrated logits to scores: of each frame, of each face over time, of the video.

A calibrated logit is the logarithm of the odds of fake, of any size; a score is P(fake) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEIGHBOURS = 3
"""Frames of a face that are seen together, about a second and a half: one bad crop among them changes nothing."""
MIN_FRAMES = 3
"""Frames in which a face must have been seen to speak for the video, where any was: what is found once or twice may
be no face, and a single wrong crop would decide."""


class TrackScores(NamedTuple):
    """Scores of one face: of each frame in which it was judged, and of all together."""

    frames: Floats
    track: float


def sigmoid(logits: Floats | float) -> Floats:
    """P(fake) of calibrated logits, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(np.asarray(logits, np.float64) / 2)))


def smoothed(logits: Sequence[float] | Floats) -> Floats:
    """The median of each logit and its neighbours in time; the first and the last one count twice.

    >>> smoothed([0.0, 9.0, 0.0, 1.0, 1.0]).tolist()
    [0.0, 0.0, 1.0, 1.0, 1.0]
    """
    padded = np.pad(np.asarray(logits, np.float64), NEIGHBOURS // 2, mode="edge")
    return np.asarray(np.median(sliding_window_view(padded, NEIGHBOURS), axis=-1))


def track_scores(logits: Sequence[float] | Floats) -> TrackScores:
    """The scores of one face from its calibrated logits, in order of time; at least one."""
    smooth = smoothed(logits)
    return TrackScores(sigmoid(smooth), float(sigmoid(smooth.mean())))


def video_score(tracks: Sequence[TrackScores]) -> float:
    """The highest score of a face that was seen in ``MIN_FRAMES`` frames, or of any where none was; at least one face.

    Where one of several people is a forgery, the video is.
    """
    lasting = [one for one in tracks if len(one.frames) >= MIN_FRAMES]
    return max(one.track for one in lasting or tracks)
