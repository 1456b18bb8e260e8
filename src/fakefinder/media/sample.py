"""Which frames a recipe looks at: index arithmetic on frame counts, without a video."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def spread(frame_count: int, wanted: int) -> list[int]:
    """``wanted`` frame numbers from first to last frame, both included, evenly spread and rounded down.

    The numbers of ``numpy.linspace(0, frame_count - 1, wanted)``, truncated. They ascend and repeat where the
    video is shorter than ``wanted`` frames; none where ``frame_count`` or ``wanted`` is not positive.

    >>> spread(10, 4), spread(3, 5)
    ([0, 3, 6, 9], [0, 0, 1, 1, 2])
    """
    if frame_count <= 0 or wanted <= 0:
        return []
    if wanted == 1:
        return [0]
    last = frame_count - 1
    step = last / (wanted - 1)
    return [int(i * step) for i in range(wanted - 1)] + [last]


def distinct(indices: Iterable[int]) -> list[int]:
    """The indices without repetitions, in their first order: what ``Video.frames`` takes."""
    return list(dict.fromkeys(indices))


def before_repeat(indices: Sequence[int]) -> list[int]:
    """The indices up to the first that equals its predecessor.

    A reader that walks through a video and waits for one wanted number after another gets stuck where a number is
    wanted twice, because the frame has gone by: ``[0, 0, 1, 2]`` gives ``[0]``.
    """
    for i in range(1, len(indices)):
        if indices[i] == indices[i - 1]:
            return list(indices[:i])
    return list(indices)


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of ``size``, the last one shorter; takes no more than ``size`` items ahead."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
