"""find_regions: where faces stay in space and time, from the faces of every tenth frame.

The boxes of all searched frames are marked in a volume of searched frame x row x column, in cells of the picture that
was searched; what is connected there is a region, and is judged as one face.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.medics.labels import Volume, label
from fakefinder.faces.finder import FaceBox
from fakefinder.records.report import Box

EVERY = 10
"""Frames from one searched frame to the next."""
MIN_FRAMES = 30
"""A region must have as many: those of four searched frames, 39; three make 29."""
ENLARGE = 1.2
"""Side of the squares over the 90th percentile of the face's sides."""


class Grid(NamedTuple):
    """The picture that was searched: its size in cells, and the factor that takes cells to pixels of the frame."""

    rows: int
    columns: int
    to_frame: float


@dataclass(frozen=True, eq=False)
class Region:
    """A connected part of the volume: ``mask`` (searched frames, rows, columns) from searched frame ``first`` on."""

    first: int
    mask: Volume = field(repr=False)
    grid: Grid

    @property
    def frames(self) -> range:
        """The frames judged: from its first searched frame to the last but one before the searched frame behind it."""
        return range(EVERY * self.first, EVERY * (self.first + len(self.mask)) - 1)

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of the frame, ends included: the bounds over all searched frames."""
        left, top, right, bottom = _bounds(np.logical_or.reduce(self.mask))
        u = self.grid.to_frame
        return int(left * u), int(top * u), int(right * u), int(bottom * u)

    def box(self, searched: int) -> Box:
        """The bounds in one searched frame, counted from the region's first, in pixels of the frame."""
        left, top, right, bottom = _bounds(self.mask[searched])
        u = self.grid.to_frame
        return left * u, top * u, (right + 1) * u, (bottom + 1) * u

    def squares(self) -> NDArray[np.int64]:
        """A square around the face for each frame, (frames, 4): left, top, right, bottom in pixels, ends excluded.

        Their centres move in a straight line from one searched frame to the next in ten steps that count both, so
        that they drift against the true time, as published; there are ten squares for each pair of searched frames.
        """
        corners = np.array([_outer_corners(plane) for plane in self.mask])
        widths, heights = corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1]
        half = int(ENLARGE * float(np.percentile(np.concatenate([widths, heights]), 90))) // 2
        x = _path((corners[:, 0] + corners[:, 2]) / 2)
        y = _path((corners[:, 1] + corners[:, 3]) / 2)
        left, right = _moved_inside(x - half, x + half, self.grid.columns)
        top, bottom = _moved_inside(y - half, y + half, self.grid.rows)
        return (np.stack([left, top, right, bottom], axis=1) * self.grid.to_frame).astype(np.int64)


def find_regions(faces: Sequence[Sequence[FaceBox]], grid: Grid) -> list[Region]:
    """The regions that last for at least four searched frames, by descending mean P(face) of their cells.

    ``faces`` are those of each searched frame, boxes in pixels of the frame.
    """
    volume, confidence = _marked(faces, grid)
    _fill_gaps(volume)
    labels = label(volume)
    numbers = range(1, labels.max(initial=0) + 1)
    means = [confidence[labels == number].mean() for number in numbers]
    regions = [_region(labels == numbers[i], grid) for i in np.argsort(means, kind="stable")[::-1]]
    return [region for region in regions if len(region.frames) >= MIN_FRAMES]


def _marked(faces: Sequence[Sequence[FaceBox]], grid: Grid) -> tuple[Volume, NDArray[np.float32]]:
    """Which cells lie in a box, and P(face) there; of boxes that overlap the last one counts.

    A box with its top or left side outside the picture marks nothing as a rule, as in the published system: negative
    numbers count from the far end.
    """
    shape = (len(faces), grid.rows, grid.columns)
    volume, confidence = np.zeros(shape, np.bool_), np.zeros(shape, np.float32)
    for t, boxes in enumerate(faces):
        for box in boxes:
            # The finder's own float32; the scaled ones may lie on the other side of a whole number.
            left, top, right, bottom = (int(np.float32(v / grid.to_frame)) for v in box.xyxy)
            volume[t, top:bottom, left:right] = True
            confidence[t, top:bottom, left:right] = box.confidence
    return volume, confidence


def _fill_gaps(volume: Volume) -> None:
    """Give frames without a face what the frames before and after have in common; in place, first to last."""
    for t in range(1, len(volume) - 1):
        if not volume[t].any():
            volume[t] = volume[t - 1] & volume[t + 1]


def _region(part: Volume, grid: Grid) -> Region:
    planes = np.flatnonzero(part.any(axis=(1, 2)))
    return Region(int(planes[0]), part[planes[0] : planes[-1] + 1], grid)


def _bounds(plane: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the marked cells, ends included."""
    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def _outer_corners(plane: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Column and row of the first and of the last marked cell in raster order: the bounds of a single rectangle."""
    (top, left), (bottom, right) = np.argwhere(plane)[[0, -1]].tolist()
    return left, top, right, bottom


def _path(stops: NDArray[np.float64]) -> NDArray[np.int64]:
    """Ten places from each stop to the next, both included, rounded down."""
    return np.concatenate([np.linspace(a, b, EVERY) for a, b in pairwise(stops)]).astype(np.int64)


def _moved_inside(
    low: NDArray[np.int64], high: NDArray[np.int64], size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sides moved into 0 .. ``size``; where there is no room for both, cut off at 0."""
    before = np.maximum(-low, 0)
    low, high = low + before, high + before
    beyond = np.maximum(high - size, 0)
    return np.maximum(low - beyond, 0), high - beyond
