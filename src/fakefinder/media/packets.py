"""PacketTable: where each picture of a stream lies, learned by reading the packets without decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class PacketTable:
    """One row a picture, in the order of the file (decoding order).

    ``pts``: int64 (n,), presentation times in units of the stream's time base. ``entry``: bool (n,), True where
    decoding may start and gives the very same pictures from there on. ``timed``: every packet had a time of its own.
    """

    pts: NDArray[np.int64]
    entry: NDArray[np.bool_]
    timed: bool

    def __len__(self) -> int:
        return len(self.pts)

    @cached_property
    def shown(self) -> NDArray[np.int64]:
        """The times in presentation order: ``shown[i]`` is that of the picture with index i."""
        return np.sort(self.pts)

    @cached_property
    def addressable(self) -> bool:
        """True where a picture can be told by its time alone, and the first can be decoded."""
        return self.timed and len(self) > 1 and bool(self.entry[0]) and bool((self._steps > 0).all())

    @cached_property
    def variable_frame_rate(self) -> bool:
        """True where the steps between pictures differ by more than rounding to the time base (two units)."""
        return self.timed and len(self) > 2 and int(self._steps.max() - self._steps.min()) > 2

    def duration_seconds(self, time_base: Fraction, fps: Fraction) -> float:
        """From the first picture to the end of the last, which is taken to last as long as the median one."""
        if not self.timed or len(self) < 2:
            return float(len(self) / fps) if fps else 0.0
        return float((int(self.shown[-1]) - int(self.shown[0]) + int(np.median(self._steps))) * time_base)

    def runs(self, indices: Sequence[int], *, gain: int) -> Iterator[tuple[int | None, list[int]]]:
        """Split ascending ``indices`` into stretches, each with the time to seek to first (None: read on from here).

        Every seek leads to the last entry before the stretch, and passes over ``gain`` pictures or more. Only for
        tables that are addressable.
        """
        rows = np.argsort(self.pts)[np.asarray(indices, np.int64)]
        entries = np.flatnonzero(self.entry)
        nearest = entries[np.searchsorted(entries, rows, side="right") - 1]
        passed_over = nearest - np.concatenate([[0], rows[:-1]])
        seeks = set(np.flatnonzero(passed_over >= gain).tolist())
        for start, end in pairwise(sorted({0, len(rows)} | seeks)):
            yield int(self.pts[nearest[start]]) if start in seeks else None, list(indices[start:end])

    @cached_property
    def _steps(self) -> NDArray[np.uint64]:
        """Between times in presentation order; unsigned, for two int64 can lie further apart than an int64 holds."""
        times = self.shown.view(np.uint64)
        return times[1:] - times[:-1]
