"""Seconds per stage of a scan, gathered by wrapping the calls that a stage consists of."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from fakefinder.detectors.registry import detector_class
from fakefinder.faces.finder import FaceFinder
from fakefinder.media.video import Frame

seconds: dict[str, float] = defaultdict(float)
"""By stage: ``load``, ``decode`` (waiting for frames), ``faces``, ``nets``."""
_inside = threading.local()


def timed(stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, its time added to a stage; inside another timed call it belongs to that."""

    def run(*args: Any, **kwargs: Any) -> Any:
        if getattr(_inside, "stage", None):
            return call(*args, **kwargs)
        _inside.stage, start = stage, perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            _inside.stage = None
            seconds[stage] += perf_counter() - start

    return run


def waiting(frames: Callable[..., Iterator[Frame]]) -> Callable[..., Iterator[Frame]]:
    """The same iterator, the time spent waiting for frames added to ``decode``."""

    def run(self: object, indices: Iterable[int]) -> Iterator[Frame]:
        given = frames(self, indices)
        following = timed("decode", lambda: next(given, None))
        while (frame := following()) is not None:
            yield frame

    return run


def time_detector(name: str) -> None:
    """Time the loading of a detector, and the finding of faces by all finders that it has imported by then."""
    found = detector_class(name)
    found.load = timed("load", found.load)  # type: ignore[method-assign]


def time_finders() -> None:
    """Time all finders; to be called when detectors are loaded, which imports their finders."""
    for finder in _below(FaceFinder):  # type: ignore[type-abstract]
        if "find" in vars(finder):
            finder.find = timed("faces", finder.find)  # type: ignore[method-assign]


def _below(kind: type[FaceFinder]) -> Iterator[type[FaceFinder]]:
    for below in kind.__subclasses__():
        yield below
        yield from _below(below)
