"""MTCNN the way the published systems run it: one frame at a time, a Python loop over proposals, PyTorch eager.

Same nets and rules as ``fakefinder.faces.cascade``, written without its shortcuts, as a baseline to time against.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate
from torchvision.ops import nms

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.faces.shrink import FullSize, Shrink
from fakefinder.media.video import RGB, Frame
from fakefinder.nets.mtcnn import load_mtcnn


class NaiveMtcnnFinder(FaceFinder):
    """In place of ``MtcnnFinder``, with the same settings; it gives no landmarks."""

    key = "naive mtcnn"

    def __init__(
        self,
        *,
        thresholds: tuple[float, float, float],
        factor: float,
        largest_first: bool,
        shrink: Shrink | None = None,
        device: str = "cpu",
    ) -> None:
        assert device == "cpu"
        self.thresholds, self.factor, self.largest_first = thresholds, factor, largest_first
        self.shrink = shrink or FullSize()
        self.p_net, self.r_net, self.o_net = load_mtcnn()

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame."""
        return [self._find(frame.rgb) for frame in frames]

    def _find(self, rgb: RGB) -> list[FaceBox]:
        picture, to_frame = self.shrink(rgb)
        boxes, scores = self._searched(picture)
        area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
        order = (area if self.largest_first else scores).argsort(descending=True, stable=True)
        found = (boxes[order].double() * to_frame).tolist()
        return [FaceBox(tuple(box), float(score)) for box, score in zip(found, scores[order], strict=True)]

    @torch.inference_mode()
    def _searched(self, rgb: RGB) -> tuple[Tensor, Tensor]:
        picture = torch.from_numpy(rgb.copy()).permute(2, 0, 1)[None].float()
        boxes = self._stage_1(picture)
        for net, side, threshold in ((self.r_net, 24, self.thresholds[1]), (self.o_net, 48, self.thresholds[2])):
            boxes, crops = _crops(picture, boxes, side)
            if not crops:
                return torch.zeros(0, 4), torch.zeros(0)
            scores, shifts = net(torch.cat(crops))[:2]
            keep = scores > threshold
            boxes, scores, shifts = boxes[keep], scores[keep], shifts[keep]
            if side == 24:
                kept = nms(boxes, scores, 0.7)
                boxes = _square(_shift(boxes[kept], shifts[kept], 1))
            else:
                boxes = _shift(boxes, shifts, 1)
                kept = _nms_by_smaller_area(boxes, scores)
                boxes, scores = boxes[kept], scores[kept]
        return boxes, scores

    def _stage_1(self, picture: Tensor) -> Tensor:
        height, width = picture.shape[2:]
        scale, found = 12 / 20, []
        while min(height, width) * scale >= 12:
            level = interpolate(picture, size=(int(height * scale + 1), int(width * scale + 1)), mode="area")
            scores, shifts = self.p_net(level)
            rows, columns = torch.nonzero(scores[0] >= self.thresholds[0], as_tuple=True)
            corner = torch.stack([columns, rows], 1).float() * 2
            boxes = torch.cat([((corner + 1) / scale).floor(), ((corner + 12) / scale).floor()], 1)
            picked = scores[0, rows, columns], shifts[0][:, rows, columns].T
            kept = nms(boxes, picked[0], 0.5)
            found.append((boxes[kept], picked[0][kept], picked[1][kept]))
            scale *= self.factor
        boxes, scores, shifts = (torch.cat(parts) for parts in zip(*found, strict=True))
        kept = nms(boxes, scores, 0.7)
        return _square(_shift(boxes[kept], shifts[kept], 0))


def _crops(picture: Tensor, boxes: Tensor, side: int) -> tuple[Tensor, list[Tensor]]:
    height, width = picture.shape[2:]
    kept, crops = [], []
    for number, (x1, y1, x2, y2) in enumerate(boxes.trunc().int().tolist()):
        x1, y1, x2, y2 = max(x1, 1), max(y1, 1), min(x2, width), min(y2, height)
        if y2 > y1 - 1 and x2 > x1 - 1:
            crops.append(interpolate(picture[:, :, y1 - 1 : y2, x1 - 1 : x2], size=(side, side), mode="area"))
            kept.append(number)
    return boxes[kept], crops


def _shift(boxes: Tensor, shifts: Tensor, plus: int) -> Tensor:
    sides = boxes[:, 2:] - boxes[:, :2] + plus
    return boxes + shifts * torch.cat([sides, sides], 1)


def _square(boxes: Tensor) -> Tensor:
    sides = boxes[:, 2:] - boxes[:, :2]
    longer = sides.max(1, keepdim=True).values
    corner = boxes[:, :2] + 0.5 * sides - 0.5 * longer
    return torch.cat([corner, corner + longer], 1)


def _nms_by_smaller_area(boxes: Tensor, scores: Tensor) -> list[int]:
    area = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    left, kept = scores.argsort(stable=True).flip(0), []  # of equal scores the last comes first
    while len(left):
        best, left = left[0], left[1:]
        kept.append(int(best))
        low, high = torch.maximum(boxes[best, :2], boxes[left, :2]), torch.minimum(boxes[best, 2:], boxes[left, 2:])
        inside = (high - low + 1).clamp(min=0).prod(1)
        left = left[inside / torch.minimum(area[best], area[left]) <= 0.7]
    return kept
