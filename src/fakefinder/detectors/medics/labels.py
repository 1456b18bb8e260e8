"""label: the connected parts of a volume, numbered as ``skimage.measure.label`` numbers them.

OpenCV labels planes only; scikit-image and SciPy are large for this one function.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Volume = NDArray[np.bool_]
"""(planes, rows, columns)."""
Labels = NDArray[np.int32]
"""As a volume; 0 for cells of no part."""


def label(volume: Volume) -> Labels:
    """For each cell the number of its part, from 1 on in the raster order of the parts' first cells; 0 outside.

    Cells belong together that share a side, an edge or a corner: 26 neighbours.
    """
    labels = np.zeros(volume.shape, np.int32)
    parents = [0]
    for t, plane in enumerate(volume):
        count, parts = cv2.connectedComponents(plane.astype(np.uint8), connectivity=8)
        labels[t] = np.where(plane, parts + (len(parents) - 1), 0)
        parents += range(len(parents), len(parents) + count - 1)
        if t > 0:
            for before, now in _touching(labels[t - 1], labels[t]):
                parents[_root(parents, now)] = _root(parents, before)
    roots = np.array([_root(parents, part) for part in range(len(parents))], np.int32)
    return _in_raster_order(roots[labels])


def _touching(before: Labels, now: Labels) -> Iterator[tuple[int, int]]:
    """Pairs of parts of two successive planes with neighbouring cells."""
    for part in _parts(before):
        grown = cv2.dilate((before == part).astype(np.uint8), np.ones((3, 3), np.uint8))
        for touched in _parts(now[grown > 0]):
            yield part, touched


def _parts(labels: Labels) -> list[int]:
    present: list[int] = np.flatnonzero(np.bincount(labels.ravel())).tolist()
    return [part for part in present if part > 0]


def _root(parents: list[int], part: int) -> int:
    while parents[part] != part:
        part = parents[part]
    return part


def _in_raster_order(labels: Labels) -> Labels:
    parts, firsts = np.unique(labels, return_index=True)
    parts, firsts = parts[parts > 0], firsts[parts > 0]
    numbers = np.zeros(labels.max(initial=0) + 1, np.int32)
    numbers[parts[np.argsort(firsts)]] = np.arange(1, len(parts) + 1)
    return numbers[labels]
