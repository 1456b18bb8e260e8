"""Cascade: from pictures to faces through the three nets of MTCNN.

The rules and constants are those of facenet-pytorch 2.5.1, oddities included where they change boxes:
corners count as pixels of the box (sides are x2 - x1 + 1) in the second and third stage, but not in the first.
One thing differs: a proposal without pixels inside the picture is dropped, where the original may raise.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fakefinder.faces.area import PixelSums
from fakefinder.faces.overlap import keep_by_iou, keep_by_smaller_area
from fakefinder.media.video import RGB
from fakefinder.nets.compile import CompiledNet, compile_net
from fakefinder.nets.mtcnn import load_mtcnn

Floats = NDArray[np.float32]

CELL_PX, STRIDE_PX = 12, 2
"""What one answer of P-Net sees, and how far its answers are apart."""
R_SIDE_PX, O_SIDE_PX = 24, 48
LEVEL_IOU, IOU, SMALLER_AREA = 0.5, 0.7, 0.7
"""Overlap above which the lower score goes: in one level, over all levels and after R-Net; after O-Net."""
PARTS_A_CALL = 256
"""Bounds the memory of R-Net and O-Net, however many proposals there are; measured 200 MB for 5000 to O-Net."""


class Level(NamedTuple):
    """One size at which P-Net looks at a picture."""

    scale: float
    height: int
    width: int


class Proposals(NamedTuple):
    """Boxes on the way: xyxy (n, 4) in pixels, scores (n,), corner shifts (n, 4) in box sides; float32."""

    xyxy: Floats
    scores: Floats
    shifts: Floats

    def only(self, which: Any) -> Proposals:
        """Those with the given indices, or where a mask is true."""
        return Proposals(*(values[which] for values in self))


class Faces(NamedTuple):
    """The faces of a picture by descending score: xyxy (n, 4), scores (n,), landmarks (n, 5, 2); float32, pixels."""

    xyxy: Floats
    scores: Floats
    landmarks: Floats

    def only(self, which: Any) -> Faces:
        """Those with the given indices, or where a mask is true."""
        return Faces(*(values[which] for values in self))


NO_PROPOSALS = Proposals(*(np.zeros(shape, np.float32) for shape in ((0, 4), 0, (0, 4))))
NO_FACES = Faces(*(np.zeros(shape, np.float32) for shape in ((0, 4), 0, (0, 5, 2))))


def pyramid(height: int, width: int, *, factor: float, min_face_px: int) -> list[Level]:
    """The levels for a picture, largest first; none where the picture is smaller than the smallest face."""
    levels = []
    scale = CELL_PX / min_face_px
    shorter = min(height, width) * scale
    while shorter >= CELL_PX:
        levels.append(Level(scale, int(height * scale + 1), int(width * scale + 1)))
        scale *= factor
        shorter *= factor
    return levels


class Cascade:
    """Finds the faces in one picture at a time.

    Batches of pictures were measured less than 10 % faster at 1080p, where each picture takes 110 MB.
    """

    def __init__(self, thresholds: tuple[float, float, float], *, factor: float, min_face_px: int, device: str) -> None:
        self._thresholds = thresholds
        self._factor = factor
        self._min_face_px = min_face_px
        p_net, r_net, o_net = load_mtcnn()
        self._p_net = compile_net(p_net, device, (3, O_SIDE_PX, O_SIDE_PX), any_size=True)
        self._r_net = compile_net(r_net, device, (3, R_SIDE_PX, R_SIDE_PX))
        self._o_net = compile_net(o_net, device, (3, O_SIDE_PX, O_SIDE_PX))

    def find(self, rgb: RGB) -> Faces:
        """The faces of a picture."""
        sums = PixelSums(rgb)
        return self._settle(sums, self._refine(sums, self._propose(sums)))

    def _propose(self, sums: PixelSums) -> Floats:
        """Stage 1: square boxes (n, 4)."""
        found = [NO_PROPOSALS]
        for level in pyramid(sums.height, sums.width, factor=self._factor, min_face_px=self._min_face_px):
            pixels = torch.from_numpy(sums.resized(level.height, level.width))
            scores, shifts = (answer[0].numpy() for answer in self._p_net(pixels[None]))
            found.append(_level_proposals(scores, shifts, level.scale, self._thresholds[0]))
        boxes = Proposals(*map(np.concatenate, zip(*found, strict=True)))
        boxes = boxes.only(keep_by_iou(boxes.xyxy, boxes.scores, IOU))
        return _squares(_shifted(boxes.xyxy, boxes.shifts, _sides(boxes.xyxy)))

    def _refine(self, sums: PixelSums, xyxy: Floats) -> Floats:
        """Stage 2: fewer and better square boxes (n, 4)."""
        xyxy, answers = _judge(self._r_net, sums, xyxy, R_SIDE_PX)
        if not answers:
            return xyxy
        boxes = Proposals(xyxy, *answers)
        boxes = boxes.only(boxes.scores > self._thresholds[1])
        boxes = boxes.only(keep_by_iou(boxes.xyxy, boxes.scores, IOU))
        return _squares(_shifted(boxes.xyxy, boxes.shifts, _sides(boxes.xyxy) + 1))

    def _settle(self, sums: PixelSums, xyxy: Floats) -> Faces:
        """Stage 3: the faces."""
        xyxy, answers = _judge(self._o_net, sums, xyxy, O_SIDE_PX)
        if not answers:
            return NO_FACES
        scores, shifts, points = answers
        sides = _sides(xyxy) + 1
        landmarks = points.reshape(-1, 2, 5).swapaxes(1, 2) * sides[:, None] + xyxy[:, None, :2] - 1
        faces = Faces(_shifted(xyxy, shifts, sides), scores, landmarks).only(scores > self._thresholds[2])
        return faces.only(keep_by_smaller_area(faces.xyxy, faces.scores, SMALLER_AREA))


def _level_proposals(scores: Floats, shifts: Floats, scale: float, threshold: float) -> Proposals:
    """What P-Net found at one level: from scores (rows, columns) and shifts (4, rows, columns), in picture pixels."""
    rows, columns = np.nonzero(scores >= threshold)
    corner = np.stack([columns, rows], axis=1).astype(np.float32) * STRIDE_PX
    xyxy = np.floor(np.concatenate([corner + 1, corner + CELL_PX], axis=1) / np.float32(scale))
    found = Proposals(xyxy, scores[rows, columns], shifts[:, rows, columns].T)
    return found.only(keep_by_iou(found.xyxy, found.scores, LEVEL_IOU))


def _judge(net: CompiledNet, sums: PixelSums, xyxy: Floats, side: int) -> tuple[Floats, list[Floats]]:
    """The boxes that have pixels inside the picture, and the net's answers for each; no answers without boxes."""
    ltrb = np.trunc(xyxy).astype(np.int64)
    ltrb[:, :2] = np.maximum(ltrb[:, :2], 1) - 1
    ltrb[:, 2:] = np.minimum(ltrb[:, 2:], (sums.width, sums.height))
    inside = (ltrb[:, :2] < ltrb[:, 2:]).all(axis=1)
    xyxy, ltrb = xyxy[inside], ltrb[inside]
    starts = range(0, len(ltrb), PARTS_A_CALL)
    calls = [net(torch.from_numpy(sums.resized_parts(ltrb[i : i + PARTS_A_CALL], side))) for i in starts]
    return xyxy, [torch.cat(parts).numpy() for parts in zip(*calls, strict=True)]


def _sides(xyxy: Floats) -> Floats:
    return xyxy[:, 2:] - xyxy[:, :2]


def _shifted(xyxy: Floats, shifts: Floats, sides: Floats) -> Floats:
    """Boxes with each corner moved by a share of the box's width or height."""
    return xyxy + shifts * np.tile(sides, 2)


def _squares(xyxy: Floats) -> Floats:
    """The squares about the boxes' centres with the longer side."""
    sides = _sides(xyxy)
    longer = sides.max(axis=1, keepdims=True)
    corner = xyxy[:, :2] + np.float32(0.5) * sides - np.float32(0.5) * longer
    return np.concatenate([corner, corner + longer], axis=1)
