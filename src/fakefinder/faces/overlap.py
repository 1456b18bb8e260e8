"""Which of many overlapping boxes stay: the two rules of MTCNN.

``torchvision.ops.nms`` is the first of them; it is not used because importing torchvision takes longer than a scan.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


def keep_by_iou(xyxy: Floats, scores: Floats, limit: float) -> Integers:
    """Indices of the boxes that stay, by descending score (of equal ones the first comes first).

    A box goes when its intersection with a better one that stays, over their union, is above ``limit``.
    """
    areas = (xyxy[:, 2:] - xyxy[:, :2]).prod(axis=1)

    def overlap(best: np.int64, left: Integers) -> Floats:
        common = _common(xyxy[best], xyxy[left], plus=0)
        return np.asarray(common / (areas[best] + areas[left] - common), np.float32)

    return _survivors(np.argsort(-scores, kind="stable"), overlap, limit)


def keep_by_smaller_area(xyxy: Floats, scores: Floats, limit: float) -> Integers:
    """As ``keep_by_iou``, but the intersection counts over the smaller area, and of equal scores the last comes first.

    Corners are pixels that belong to the box, so a side is x2 - x1 + 1. Equal scores are no rarity: P(face) is
    often the largest float32 below 1.
    """
    areas = (xyxy[:, 2:] - xyxy[:, :2] + 1).prod(axis=1)

    def overlap(best: np.int64, left: Integers) -> Floats:
        common = _common(xyxy[best], xyxy[left], plus=1)
        return np.asarray(common / np.minimum(areas[best], areas[left]), np.float32)

    return _survivors(np.argsort(scores, kind="stable")[::-1], overlap, limit)


def _survivors(order: Integers, overlap: Callable[[np.int64, Integers], Floats], limit: float) -> Integers:
    """Those of ``order``, best first, that overlap with no better survivor by more than ``limit``."""
    kept, left = [], order
    with np.errstate(invalid="ignore"):  # two boxes without area: 0 / 0, which is above no limit
        while left.size:
            best, left = left[0], left[1:]
            kept.append(best)
            left = left[~(overlap(best, left) > limit)]
    return np.array(kept, np.int64)


def _common(box: Floats, others: Floats, *, plus: int) -> Floats:
    """Areas of the intersections of one box with others."""
    corner1, corner2 = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    return np.asarray(np.maximum(corner2 - corner1 + plus, 0).prod(axis=1), np.float32)
