"""Are stored files what their manifest says? Every byte is hashed anew, nothing is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fakefinder.errors import WeightsAltered
from fakefinder.weights.active import file_sha256
from fakefinder.weights.manifest import MANIFEST_NAME, Manifest, Origin, StoredFile, read_manifest


@dataclass(frozen=True)
class FileCheck:
    """What verifying found of one file."""

    detector: str
    version: str
    file: str
    """Published name, or ``manifest.json``."""
    problem: str | None
    """None where the file is what is on record."""
    origin: Origin | None
    """None where the manifest cannot be read."""

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return self.problem is None


def verify_version(folder: Path) -> Iterator[FileCheck]:
    """One check for each file of the version in ``folder``, or one for its manifest if that cannot be read."""
    detector, version = folder.parent.name, folder.name
    try:
        manifest = read_manifest(folder)
    except WeightsAltered as error:
        yield FileCheck(detector, version, MANIFEST_NAME, str(error), None)
        return
    for file in manifest.files:
        yield FileCheck(detector, version, file.name, _problem(file, folder), manifest.origin)


def intact(manifest: Manifest, folder: Path) -> bool:
    """True where every stored file is what the manifest says."""
    return all(_problem(file, folder) is None for file in manifest.files)


def _problem(file: StoredFile, folder: Path) -> str | None:
    from safetensors import SafetensorError, safe_open

    path = file.path(folder)
    try:
        size = path.stat().st_size
        if size != file.stored_bytes:
            return f"{size} bytes; {file.stored_bytes} are on record"
        found = file_sha256(path)
        if found != file.stored_sha256:
            return f"sha256 {found}; {file.stored_sha256} is on record"
        with safe_open(path, framework="pt") as opened:
            list(opened.keys())
    except FileNotFoundError:
        return "the file is gone"
    except (OSError, SafetensorError) as error:
        return f"cannot be read: {error}"
    return None
