"""PacketTable: where each picture of a stream lies, learned by reading the packets without decoding them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

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
        return self.timed and len(self) > 1 and bool(self.entry[0]) and bool((np.diff(self.shown) > 0).all())

    @cached_property
    def variable_frame_rate(self) -> bool:
        """True where the steps between pictures differ by more than rounding to the time base (two units)."""
        steps = np.diff(self.shown)
        return self.timed and len(steps) > 1 and int(steps.max() - steps.min()) > 2

    def duration_seconds(self, time_base: Fraction, fps: Fraction) -> float:
        """From the first picture to the end of the last, which is taken to last as long as the median one."""
        if not self.timed or len(self) < 2:
            return float(len(self) / fps) if fps else 0.0
        steps = np.diff(self.shown)
        return float((int(self.shown[-1] - self.shown[0]) + float(np.median(steps))) * time_base)

    def runs(self, times: Sequence[int], *, gain: int) -> Iterator[tuple[int | None, list[int]]]:
        """Split ascending ``times`` into stretches, each with the entry to seek to first (None: read on from here).

        A seek is made only where it passes over ``gain`` pictures or more.
        """
        position, entry, run = 0, None, list[int]()
        for time in times:
            found = self._entry_before(time)
            if found is not None and found[0] - position >= gain:
                if run:
                    yield entry, run
                entry, run = found[1], []
            run.append(time)
            position = int(np.flatnonzero(self.pts == time)[0])
        if run:
            yield entry, run

    def _entry_before(self, time: int) -> tuple[int, int] | None:
        """(position, time) of the last entry in the file that is shown no later than ``time``."""
        rows = np.flatnonzero(self.entry & (self.pts <= time))
        return (int(rows[-1]), int(self.pts[rows[-1]])) if len(rows) else None
