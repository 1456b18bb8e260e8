"""From what the nets answer to the video's score: the published rules, on plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.eighteen.published import CLIP_NETS, FRAME_NETS

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float32]

GROUP = 5
"""Frames over which the logits of a frame net are averaged."""
MOST_FRAMES = 35
"""Of a face, that frame nets see."""
CLIP_SHARE, FRAME_SHARE = 0.4, 0.6
"""Of the two kinds of nets in the score."""
ENOUGH = 0.7
"""Share of answers above or below a limit, from which on the others do not count."""


class Judged(NamedTuple):
    """The score of one net, and its weight among the nets of its kind."""

    score: float
    weight: float


def judged_positions(frame_count: int) -> list[int]:
    """Which of a face's frames the frame nets see; a multiple of five, none of fewer than five frames."""
    step = max(1, -(-frame_count // MOST_FRAMES))
    positions = range(0, frame_count, step)
    return list(positions[: len(positions) // GROUP * GROUP])


def group_probabilities(logits: Tensor) -> Floats:
    """P(fake) of each five consecutive frames, from logits (frames, 2)."""
    of_groups = logits.reshape(-1, GROUP, 2).mean(dim=1).softmax(dim=-1)[:, 1]
    return np.asarray(of_groups.numpy(), np.float32)


def face_score(p: Floats) -> float:
    """A frame net's score of one face, from ``group_probabilities``."""
    for sure in (p > 0.85, p < 0.15):
        if sure.mean() > ENOUGH:
            return float(p[sure].mean())
    return float(p.mean())


def over_faces(scores: Sequence[float]) -> float:
    """A net's score of the video: of the most suspicious face where it is suspicious enough, else a compromise."""
    if max(scores) > 0.9 or min(scores) > 0.6:
        return max(scores)
    return min(scores) if max(scores) < 0.4 else sum(scores) / len(scores)


def drawn_in(score: float) -> float:
    """The score, somewhat nearer to 0.5 where it is extreme."""
    return (score - 0.5) * 0.96 + 0.5 if score >= 0.98 or score <= 0.02 else score


def weighted(nets: Sequence[Judged]) -> float:
    """The score of one kind of nets: the weighted mean of those that are sure where they are enough, else of all."""
    sure: Sequence[Callable[[float], bool]] = (lambda score: score > 0.8, lambda score: score < 0.2)
    for is_sure in sure:
        these = [net for net in nets if is_sure(net.score)]
        if len(these) / len(nets) > ENOUGH:
            return _mean(these)
    return _mean(nets)


def _mean(nets: Sequence[Judged]) -> float:
    return sum(net.score * net.weight for net in nets) / sum(net.weight for net in nets)


def combined(clip_nets: Sequence[Judged], frame_nets: Sequence[Judged]) -> float:
    """The score of both kinds of nets; where one kind has none, that of the other."""
    kinds = [(share, nets) for share, nets in ((CLIP_SHARE, clip_nets), (FRAME_SHARE, frame_nets)) if nets]
    return sum(share * weighted(nets) for share, nets in kinds) / sum(share for share, _ in kinds)


def video_score(faces: Sequence[Mapping[str, float]]) -> float:
    """The score of a video, or of a face alone, from each net's score of each face, by file.

    All faces have scores of the same nets: of all, or of the clip nets alone.
    """
    judged = {file: over_faces([face[file] for face in faces]) for file in faces[0]}
    return combined(
        [Judged(judged[file], weight) for file, weight in CLIP_NETS.items()],
        [
            Judged(drawn_in(judged[net.file]) if net.draws_in else judged[net.file], net.weight)
            for net in FRAME_NETS
            if net.file in judged
        ],
    )
