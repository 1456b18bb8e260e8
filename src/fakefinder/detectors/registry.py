"""The registry: detectors by name, from the entry-point group ``fakefinder.detectors``.

Built-in detectors and plugins come the same way. Listing names imports nothing; asking for a class
imports its module, which must not import torch; only ``create`` loads nets.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal

from fakefinder.detectors.base import Detector, DetectorCard
from fakefinder.errors import DetectorBroken, DetectorUnknown, FakeFinderError

if TYPE_CHECKING:
    from fakefinder.weights.manifest import Origin
    from fakefinder.weights.store import ActiveWeights, WeightStore

GROUP = "fakefinder.detectors"


def names() -> list[str]:
    """The names of all installed detectors, sorted."""
    return sorted(_points())


def detector_class(name: str) -> type[Detector]:
    """The class behind a name.

    Raises:
        DetectorUnknown: no detector has that name.
        DetectorBroken: its module cannot be imported, or what it names is no detector of that name.
    """
    points = _points()
    if name not in points:
        close = get_close_matches(name, points, n=1)
        raise DetectorUnknown(
            f"There is no detector {name!r}.",
            hint=f"Did you mean {close[0]!r}?" if close else "`fakefinder detectors list` shows them all.",
        )
    try:
        found = points[name].load()
    except Exception as error:
        raise DetectorBroken(
            f"Detector {name!r} cannot be imported: {type(error).__name__}: {error}",
            hint=f"It comes from {points[name].value}; repair or remove that package.",
        ) from error
    if not (isinstance(found, type) and issubclass(found, Detector)) or getattr(found, "card", None) is None:
        raise DetectorBroken(f"{points[name].value} is not a Detector class with a card.")
    if found.card.name != name:
        raise DetectorBroken(f"{points[name].value} is registered as {name!r} but its card says {found.card.name!r}.")
    return found


def card_and_class(name: str) -> tuple[DetectorCard, type[Detector] | DetectorBroken]:
    """A detector's card and class; for one that cannot be imported a card with its name alone, and the error.

    Raises:
        DetectorUnknown: no detector has that name.
    """
    try:
        found = detector_class(name)
    except DetectorBroken as error:
        return DetectorCard(name=name, version="unknown", title=name, summary="", coverage="", recipe="unknown"), error
    return found.card, found


def ready(store: WeightStore) -> list[str]:
    """The detectors that score where none is named: those that need no weights, and those whose weights were brought
    here; where there are no such weights, the detectors whose weights come inside the package.

    The latter are for a fresh machine: beside published detectors they would only dilute the mean.
    """
    origins = {name: _origin(name, store) for name in names()}
    brought = [name for name, origin in origins.items() if origin in ("pull", "import")]
    chosen = brought or [name for name in origins if store.is_packaged(name)]
    return sorted([*chosen, *(name for name, origin in origins.items() if origin == "none needed")])


def create(name: str, store: WeightStore, device: str = "cpu") -> Detector:
    """A detector with its nets loaded on ``device`` (``cpu`` or ``cuda``).

    Raises:
        DetectorUnknown, DetectorBroken: as ``detector_class``.
        WeightsError: weights missing, altered or not fitting.
    """
    found = detector_class(name)
    return found(store.active(name) if found.card.needs_weights else None, device)


def strict_check(name: str) -> Callable[[ActiveWeights], None] | None:
    """What proves that weights fit a detector: loading them into it. None where no such detector is installed."""
    if name not in _points():
        return None
    found = detector_class(name)

    def check(weights: ActiveWeights) -> None:
        from fakefinder.nets.compile import settle

        found(weights, "cpu")
        settle()

    return check


def _points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def _origin(name: str, store: WeightStore) -> Origin | Literal["none needed"] | None:
    """How a detector's active weights came here; None where they did not, or cannot be used."""
    try:
        return store.active(name).origin if detector_class(name).card.needs_weights else "none needed"
    except FakeFinderError:
        return None
