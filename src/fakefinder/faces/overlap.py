"""Which of many overlapping boxes stay: the two rules of MTCNN."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.ops import nms

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def keep_by_iou(xyxy: Floats, scores: Floats, limit: float) -> Integers:
    """Indices of the boxes that stay, by descending score (of equal ones the first comes first).

    A box goes when its intersection with a better one that stays, over their union, is above ``limit``.
    """
    kept = nms(torch.from_numpy(xyxy), torch.from_numpy(scores), limit)
    return np.asarray(kept.numpy(), np.int64)


def keep_by_smaller_area(xyxy: Floats, scores: Floats, limit: float) -> Integers:
    """As ``keep_by_iou``, but the intersection counts over the smaller area, and of equal scores the last comes first.

    Corners are pixels that belong to the box, so a side is x2 - x1 + 1. Equal scores are no rarity: P(face) is
    often the largest float32 below 1.
    """
    sides = xyxy[:, 2:] - xyxy[:, :2] + 1
    areas = sides[:, 0] * sides[:, 1]
    left = np.argsort(scores, kind="stable")[::-1]
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        corner1 = np.maximum(xyxy[best, :2], xyxy[left, :2])
        corner2 = np.minimum(xyxy[best, 2:], xyxy[left, 2:])
        common = np.maximum(corner2 - corner1 + 1, 0).prod(axis=1)
        left = left[common / np.minimum(areas[best], areas[left]) <= limit]
    return np.array(kept, np.int64)
