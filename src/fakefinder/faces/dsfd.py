"""DsfdFinder: finds faces with DSFD, in the picture and by the rules of NTech-Lab's system."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.faces.overlap import keep_by_iou
from fakefinder.faces.single_shot import answers, bgr_less_mean, decode_boxes
from fakefinder.media.video import RGB, Frame

if TYPE_CHECKING:
    from torch import Tensor

    from fakefinder.nets.compile import CompiledNet

Floats = NDArray[np.float32]

LONGEST_SIDE_PX = 512
"""Of the picture that is searched."""
MULTIPLE_PX = 32
"""The net's input is padded to multiples of this, at the right and at the bottom, with the mean."""
PRIORS_PX = {4: 16, 8: 32, 16: 64, 32: 128, 64: 256, 128: 512}
"""Stride of a level of the net, and the side of the square with the area of its priors."""
PRIOR_ASPECT = 1.5
"""Height over width of a prior, before its sides are cut to those of the input."""
LEAST_SCORE = 0.3
"""P(face) of what is found is above this. The original sorts boxes from 0.01 on, but none of those changes others."""
MAX_IOU = 0.3
MOST_BOXES = 5000
"""Boxes among which the overlapping are sorted out, by P(face)."""


class DsfdFinder(FaceFinder):
    """Finds faces of about 4 pixels and more in a picture of 512 pixels, at any place, without landmarks."""

    def __init__(self, net: CompiledNet, weights_sha256: str) -> None:
        """Take over ``nets.dsfd.Dsfd``, compiled for any size, and the sha256 of the file that its weights are from."""
        self._net = net
        self._key = ("dsfd", weights_sha256)

    @property
    def key(self) -> Hashable:
        """The weights; there are no settings."""
        return self._key

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame by descending confidence, in pixels of the frame; boxes are not clipped to it."""
        inputs = [net_input(frame.rgb) for frame in frames]
        found, answered = [], answers(self._net, [x for x, _ in inputs])
        for frame, (x, searched), (shifts, scores) in zip(frames, inputs, answered, strict=True):
            boxes, kept_scores = best_boxes(shifts, scores, priors(x.shape[2], x.shape[3]))
            xyxy = to_frame(boxes, searched, (frame.height, frame.width)).tolist()
            found.append([FaceBox(tuple(box), float(score)) for box, score in zip(xyxy, kept_scores, strict=True)])
        return found


def net_input(rgb: RGB) -> tuple[Tensor, tuple[int, int]]:
    """The padded picture, float32 (1, 3, H, W), and the height and width that it had before padding."""
    import torch.nn.functional as F

    height, width = rgb.shape[:2]
    scale = LONGEST_SIDE_PX / max(height, width)
    searched = max(int(height * scale), 1), max(int(width * scale), 1)
    resized = F.interpolate(bgr_less_mean(rgb), size=searched, mode="bilinear", align_corners=False)
    return F.pad(resized, (0, -searched[1] % MULTIPLE_PX, 0, -searched[0] % MULTIPLE_PX)), searched


@lru_cache(maxsize=4)
def priors(height: int, width: int) -> Floats:
    """Centre x and y, width and height of each prior as fractions of the padded picture, at most 1; float32 (n, 4)."""
    levels = []
    for stride, side in PRIORS_PX.items():
        y = (np.arange(-(-height // stride)) + 0.5) * stride / height
        x = (np.arange(-(-width // stride)) + 0.5) * stride / width
        level = np.empty((len(y), len(x), 4))
        level[..., 0], level[..., 1] = x, y[:, None]
        level[..., 2], level[..., 3] = side / width / PRIOR_ASPECT**0.5, side / height * PRIOR_ASPECT**0.5
        levels.append(level.reshape(-1, 4))
    layout = np.concatenate(levels).clip(0, 1).astype(np.float32)
    layout.setflags(write=False)
    return layout


def best_boxes(shifts: Floats, scores: Floats, layout: Floats) -> tuple[Floats, Floats]:
    """Boxes xyxy (n, 4) as fractions of the padded picture and their P(face), descending, none over another."""
    found = np.flatnonzero(scores > LEAST_SCORE)
    best = found[np.argsort(scores[found], kind="stable")[::-1]][:MOST_BOXES]
    boxes = decode_boxes(layout[best], shifts[best])
    kept = keep_by_iou(boxes, scores[best], MAX_IOU)
    return boxes[kept], scores[best][kept]


def to_frame(boxes: Floats, searched: tuple[int, int], frame: tuple[int, int]) -> Floats:
    """Fractions in pixels of the frame; sizes are (height, width).

    The published system takes fractions of the padded picture for those of the unpadded one. Where padding was
    needed, which is in neither 16:9 nor 4:3, its boxes are too small by the share of the padding, and so are these.
    """
    sides = np.array(searched[::-1] * 2, np.float32)
    growth = np.array([frame[1] / searched[1], frame[0] / searched[0]] * 2, np.float32)
    return boxes * sides * growth
