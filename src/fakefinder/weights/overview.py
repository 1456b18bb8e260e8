"""What is published and what is here, detector by detector: the content of ``fakefinder weights list``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from fakefinder.errors import WeightsError, WeightsMissing
from fakefinder.weights.active import ActiveWeights
from fakefinder.weights.catalogue import NOT_STATED, WeightSet
from fakefinder.weights.manifest import Origin
from fakefinder.weights.store import WeightStore

State = Literal["complete", "missing", "altered"]


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class FileOverview(_Shown):
    """One file, published or here or both."""

    name: str
    bytes: int | None
    """Of the published file; None where that is not known."""
    sha256: str | None
    licence: str
    here: bool
    """True where the active version has it."""
    listed: bool
    """True where the catalogue lists the sha256 that is shown."""


class DetectorOverview(_Shown):
    """The weights of one detector."""

    detector: str
    state: State
    active: str | None
    origin: Origin | None
    """Of the active version."""
    versions: tuple[str, ...]
    """Oldest first."""
    licence: str
    needs_acceptance: bool
    """True where ``pull`` needs ``--accept-licence``."""
    problem: str | None
    """Why the state is not ``complete``."""
    files: tuple[FileOverview, ...]


def overview(store: WeightStore) -> list[DetectorOverview]:
    """Every detector that the catalogue lists or the store has a version of, by name."""
    names = sorted({*store.catalogue.detectors, *store.detectors()})
    return [_of(store, name) for name in names]


def _of(store: WeightStore, detector: str) -> DetectorOverview:
    published = store.catalogue.detectors.get(detector)
    state: State = "complete"
    active, problem = None, None
    try:
        active = store.active(detector)
    except WeightsError as error:
        state = "missing" if isinstance(error, WeightsMissing) else "altered"
        problem = str(error)
    files = _files(published, active)
    lacking = [file.name for file in files if not file.here]
    if active and lacking:
        state, problem = "missing", f"Version {active.version} lacks {', '.join(lacking)}."
    return DetectorOverview(
        detector=detector,
        state=state,
        active=active.version if active else None,
        origin=active.origin if active else None,
        versions=tuple(manifest.version for manifest in store.versions(detector)),
        licence=published.licence if published else _stored_licence(files),
        needs_acceptance=bool(published and published.needs_acceptance),
        problem=problem,
        files=files,
    )


def _stored_licence(files: tuple[FileOverview, ...]) -> str:
    """The terms of files that no catalogue lists, where all state the same."""
    stated = {file.licence for file in files}
    return stated.pop() if len(stated) == 1 else NOT_STATED


def _files(published: WeightSet | None, active: ActiveWeights | None) -> tuple[FileOverview, ...]:
    stored = dict(active.files) if active else {}
    shown = []
    for entry in published.files if published else ():
        here = stored.pop(entry.name, None)
        shown.append(
            FileOverview(
                name=entry.name,
                bytes=here.bytes if here else entry.bytes,
                sha256=here.sha256 if here else entry.sha256,
                licence=published.licence_of(entry) if published else NOT_STATED,
                here=here is not None,
                listed=here.listed if here else entry.sha256 is not None,
            )
        )
    shown.extend(
        FileOverview(**file.model_dump(include={"name", "bytes", "sha256", "licence", "listed"}), here=True)
        for file in stored.values()
    )
    return tuple(shown)
