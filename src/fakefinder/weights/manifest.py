"""Manifest: what ``manifest.json`` of one stored version says of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fakefinder.errors import WeightsAltered
from fakefinder.weights.fields import ByteCount, DetectorName, FileName, Sha256, VersionName

MANIFEST_NAME = "manifest.json"
_MANIFEST_LIMIT = 4 * 2**20
"""Bytes; a manifest of a thousand files has a tenth of this."""

Origin = Literal["pull", "import", "packaged"]
"""How weights came here: fetched, from a user's folder, or inside the package."""


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")


class StoredFile(_Stored):
    """One published file and the safetensors it became."""

    name: FileName
    sha256: Sha256
    """Of the published file."""
    bytes: ByteCount
    """Of the published file."""
    listed: bool
    """True where the catalogue lists this sha256 under this name."""
    licence: str
    source: str
    """An address, ``mirror`` or ``import`` for a file from a folder, ``packaged`` for one inside the package."""
    stored_sha256: Sha256
    """Of the safetensors file."""
    stored_bytes: ByteCount

    def path(self, folder: Path) -> Path:
        """The safetensors file in a version's folder."""
        return folder / f"{self.name}.safetensors"


class Manifest(_Stored):
    """One version of one detector's weights."""

    schema_version: Literal[1] = 1
    detector: DetectorName
    version: VersionName
    origin: Origin
    created_at: datetime
    files: tuple[StoredFile, ...]

    @property
    def content(self) -> frozenset[tuple[str, str]]:
        """The published names with their sha256: two versions of equal content are one."""
        return frozenset((file.name, file.sha256) for file in self.files)


def content_version(files: Iterable[StoredFile]) -> str:
    """The default version name: 12 hex digits of a sha256 over all names and sha256s."""
    lines = sorted(f"{file.name} {file.sha256}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:12]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the version in ``folder``.

    Raises:
        WeightsAltered: absent, unreadable, or not about this folder.
    """
    path = folder / MANIFEST_NAME
    try:
        if path.stat().st_size > _MANIFEST_LIMIT:
            raise WeightsAltered(f"{path} is too large to be a manifest.")
        manifest = Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise WeightsAltered(f"{path} cannot be read as the manifest of stored weights.") from error
    if (manifest.detector, manifest.version) != (folder.parent.name, folder.name):
        raise WeightsAltered(f"{path} speaks of {manifest.detector} {manifest.version}, not of its own folder.")
    return manifest


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Put ``manifest.json`` into a version's folder."""
    (folder / MANIFEST_NAME).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
