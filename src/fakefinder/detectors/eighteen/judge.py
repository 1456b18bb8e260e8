"""Judge: what all nets say of one face. Imports torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fakefinder.detectors.crops import run_nets
from fakefinder.detectors.eighteen.crops import Face
from fakefinder.detectors.eighteen.published import CLIP_MEAN, CLIP_NETS, CLIP_SIDE, CLIP_STD, FRAME_NETS, FrameNet
from fakefinder.detectors.eighteen.scores import GROUP, face_score, group_probabilities, judged_positions
from fakefinder.faces.crop import FaceCrop
from fakefinder.nets.compile import CompiledNet


@dataclass(frozen=True)
class Judgement:
    """What was found of one face: each net's score by file; P(fake) of each of its crops, None where none was judged.

    P(fake) of a crop is the weighted mean over the frame nets, of the five frames that it was judged with.
    """

    scores: dict[str, float]
    crops: list[float | None]


class Judge:
    """Runs the nets, one after another."""

    def __init__(self, nets: Mapping[str, CompiledNet], *, device: str) -> None:
        """``nets`` are the compiled clip and frame nets by file; ``device`` is cpu or cuda."""
        self._nets = nets
        self._device = device

    def judge(self, face: Face) -> Judgement:
        """The judgement on one face; of fewer than five frames the clip nets' alone.

        Raises:
            ArithmeticError: a net's answer is no number.
        """
        positions = judged_positions(len(face.shown))
        scores = self.clip_nets(face.at(CLIP_SIDE, range(len(face.shown))))
        if not positions:
            return Judgement(scores, [None] * len(face.crops[CLIP_SIDE]))
        groups = {net.file: self.frame_net(net, face.at(net.side, positions)) for net in FRAME_NETS}
        scores |= {file: face_score(p) for file, p in groups.items()}
        mean = np.average(list(groups.values()), axis=0, weights=[net.weight for net in FRAME_NETS])
        return Judgement(scores, _of_crops(mean, [face.shown[i] for i in positions], len(face.crops[CLIP_SIDE])))

    def clip_nets(self, crops: Sequence[FaceCrop]) -> dict[str, float]:
        """P(fake) of all crops as one clip, by file."""
        clip = clip_input(crops)
        p = {file: _numbers(file, self._nets[file](clip).softmax(dim=-1).numpy()) for file in CLIP_NETS}
        return {file: float(of_clip[0, 1]) for file, of_clip in p.items()}

    def frame_net(self, net: FrameNet, crops: Sequence[FaceCrop]) -> NDArray[np.float32]:
        """P(fake) of each five consecutive crops."""
        views = [net.to_input, net.to_mirrored_input] if net.mirrors else [net.to_input]
        logits = [run_nets([self._nets[net.file]], crops, view, device=self._device)[0] for view in views]
        return _numbers(net.file, group_probabilities(torch.stack(logits).mean(dim=0)))


def clip_input(crops: Sequence[FaceCrop]) -> Tensor:
    """What the clip nets take: float32 (1, 3, frames, side, side), 126 MB for 160 frames."""
    pixels = torch.from_numpy(np.stack([crop.rgb for crop in crops])).permute(3, 0, 1, 2)
    mean, std = (torch.tensor(values).reshape(3, 1, 1, 1) for values in (CLIP_MEAN, CLIP_STD))
    return pixels.to(torch.float32, memory_format=torch.contiguous_format).div_(255).sub_(mean).div_(std)[None]


def _numbers(file: str, p: NDArray[np.float32]) -> NDArray[np.float32]:
    if not np.isfinite(p).all():
        raise ArithmeticError(f"The net of {file} answers with something that is no number.")
    return p


def _of_crops(p: NDArray[np.float32], crops: Sequence[int], count: int) -> list[float | None]:
    """P(fake) of ``count`` crops, from that of each five of ``crops``; a crop may be among them more than once."""
    found: list[list[float]] = [[] for _ in range(count)]
    for i, crop in enumerate(crops):
        found[crop].append(float(p[i // GROUP]))
    return [sum(values) / len(values) if values else None for values in found]
