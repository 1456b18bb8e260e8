"""ActiveWeights: one version of one detector's files, on disk, read with their sha256 checked."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fakefinder.errors import WeightsAltered, WeightsMissing
from fakefinder.weights.manifest import Manifest, Origin, StoredFile

if TYPE_CHECKING:
    import torch


REINSTALL = "These weights come inside the package: install FakeFinder again."
"""Hint of errors about packaged weights."""
UNUSED_SECONDS = 30 * 24 * 3600
"""Each version of this package, and of the libraries under it, keeps graphs as large as the weights."""


@dataclass(frozen=True)
class ActiveWeights:
    """One version of one detector's files, on disk."""

    detector: str
    version: str
    folder: Path
    files: Mapping[str, StoredFile]
    """Published file name to its record."""
    origin: Origin
    graphs_home: Path
    """Where what is compiled from the files may be kept, if it can be written to."""

    @classmethod
    def of(cls, manifest: Manifest, folder: Path, graphs_home: Path | None = None) -> ActiveWeights:
        """The weights that ``manifest`` describes, in ``folder``; graphs are kept beside them unless told otherwise."""
        files = {file.name: file for file in manifest.files}
        home = graphs_home or folder / "graphs"
        return cls(manifest.detector, manifest.version, folder, files, manifest.origin, home)

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of a published file, on the CPU, in their published dtype, by published key.

        Keys are those inside the container, without a leading ``module.``. The stored file's sha256
        is checked once per process and file.

        Raises:
            WeightsMissing: this version has no such file.
            WeightsAltered: the stored file is not the one on record.
        """
        if name not in self.files:
            raise WeightsMissing(
                f"Version {self.version} of the weights of {self.detector} has no file {name!r}.",
                hint=self._mend,
            )
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        path = self.files[name].path(self.folder)
        try:
            _check_stored(self.files[name], path)
            return load_file(path)
        except (OSError, SafetensorError) as error:
            raise WeightsAltered(f"{path} cannot be read: {error}", hint=self._mend) from error
        except WeightsAltered as error:
            raise WeightsAltered(str(error), hint=self._mend) from error

    def check(self, name: str) -> Path:
        """The stored form of a published file, once it is known to be the one on record; raises as ``tensors``."""
        if name not in self.files:
            raise WeightsMissing(
                f"Version {self.version} of the weights of {self.detector} has no file {name!r}.",
                hint=self._mend,
            )
        path = self.files[name].path(self.folder)
        _check_stored(self.files[name], path)
        return path

    def graphs(self, key: str) -> Path:
        """The folder for what is compiled from these files; ``key`` tells by which code.

        What other code has kept there and not asked for in a month is removed.
        """
        folder = self.graphs_home / key
        with suppress(OSError):
            _forget_unused(folder)
        return folder

    @property
    def sha256(self) -> dict[str, str]:
        """Published file name to the sha256 of the published file."""
        return {name: file.sha256 for name, file in self.files.items()}

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Names of the files whose sha256 the catalogue does not list."""
        return tuple(name for name, file in self.files.items() if not file.listed)

    @property
    def _mend(self) -> str:
        if self.origin == "packaged":
            return REINSTALL
        return f"`fakefinder weights pull {self.detector}` fetches the published files; imported ones, import again."


def _check_stored(file: StoredFile, path: Path) -> None:
    seen = path.stat()
    if seen.st_size != file.stored_bytes:
        raise WeightsAltered(f"{path} has {seen.st_size} bytes; {file.stored_bytes} are on record.")
    _check_sha256(path, file.stored_sha256, (seen.st_ino, seen.st_size, seen.st_mtime_ns))


@lru_cache(maxsize=4096)
def _check_sha256(path: Path, expected: str, _identity: tuple[int, int, int]) -> None:
    # A raised error is not kept, so a repaired file is looked at again; the identity tells a replaced one.
    found = file_sha256(path)
    if found != expected:
        raise WeightsAltered(f"{path} has sha256 {found}; {expected} is on record.")


def file_sha256(path: Path) -> str:
    """The sha256 of a file, 64 hex digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _forget_unused(folder: Path) -> None:
    """Note that ``folder`` is used; remove those beside it that have not been for long."""
    if folder.exists():
        os.utime(folder)
    for other in folder.parent.iterdir():
        if time.time() - other.stat().st_mtime > UNUSED_SECONDS:
            shutil.rmtree(other, ignore_errors=True)
