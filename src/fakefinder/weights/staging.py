"""A new version while it is being made: files are converted into a hidden folder that then moves into place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from fakefinder.weights.active import ActiveWeights, file_sha256
from fakefinder.weights.manifest import Manifest, StoredFile, content_version, write_manifest
from fakefinder.weights.read import read_published

Check = Callable[[ActiveWeights], None]
"""Raises where the weights do not fit their detector."""


class Staging:
    """The next version of one detector's weights; made under the detector's lock, so there is one at a time."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / ".staging"
        self._files: list[StoredFile] = []

    def __enter__(self) -> Self:
        # Whatever lies here is left from a run that was killed: the lock is ours.
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        return self

    def __exit__(self, *_error: object) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, path: Path, name: str, *, sha256: str, listed: bool, licence: str, source: str) -> None:
        """Convert one published file to safetensors.

        Raises:
            WeightsError: as ``read_published``.
        """
        from safetensors.torch import save_file

        target = self._folder / f"{name}.safetensors"
        target.parent.mkdir(parents=True, exist_ok=True)
        save_file(read_published(path), target, metadata={"published_sha256": sha256})
        record = StoredFile(
            name=name,
            sha256=sha256,
            bytes=path.stat().st_size,
            listed=listed,
            licence=licence,
            source=source,
            stored_sha256=file_sha256(target),
            stored_bytes=target.stat().st_size,
        )
        self._files.append(record)

    def finish(self, version: str | None, check: Check | None, *, origin: Literal["pull", "import"]) -> ActiveWeights:
        """The version, checked and moved into its place; a broken one of that name makes room.

        Raises:
            WeightsError: whatever ``check`` raises.
        """
        manifest = Manifest(
            detector=self._home.name,
            version=version or content_version(self._files),
            origin=origin,
            created_at=datetime.now(UTC),
            files=tuple(self._files),
        )
        if check:
            check(ActiveWeights.of(manifest, self._folder))
        write_manifest(manifest, self._folder)
        return self._moved(manifest)

    def _moved(self, manifest: Manifest) -> ActiveWeights:
        place = self._home / manifest.version
        broken = self._home / ".broken"
        shutil.rmtree(broken, ignore_errors=True)
        if place.exists():
            place.rename(broken)
        self._folder.rename(place)
        shutil.rmtree(broken, ignore_errors=True)
        return ActiveWeights.of(manifest, place)
