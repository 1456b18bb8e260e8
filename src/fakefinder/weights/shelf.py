"""Shelf: the folder of one detector in the weight store, its versions and which of them is active."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fakefinder.errors import UsageError, WeightsAltered, WeightsError, WeightsMissing
from fakefinder.weights.active import ActiveWeights
from fakefinder.weights.catalogue import WeightSet
from fakefinder.weights.fields import VersionName, checked
from fakefinder.weights.manifest import MANIFEST_NAME, Manifest, read_manifest
from fakefinder.weights.verify import intact


class Shelf:
    """``<root>/<detector>``: a folder for each version, and ``active`` with the name of one of them."""

    def __init__(self, home: Path, mend: str, graphs_home: Path | None = None) -> None:
        """Nothing is made or read yet.

        Args:
            home: the folder.
            mend: hint of errors: the one command that brings these weights here.
            graphs_home: where graphs are kept; None keeps them in the folder of each version.
        """
        self.home = home
        self._mend = mend
        self._graphs_home = graphs_home
        self._active = home / "active"

    def folders(self) -> list[Path]:
        """The version folders, sorted by name."""
        return sorted(path.parent for path in self.home.glob(f"[!.]*/{MANIFEST_NAME}")) if self.home.is_dir() else []

    def versions(self) -> tuple[Manifest, ...]:
        """The manifests that can be read, oldest first."""
        found = []
        for folder in self.folders():
            try:
                found.append(read_manifest(folder))
            except WeightsAltered:
                continue
        return tuple(sorted(found, key=lambda manifest: manifest.created_at))

    def chosen(self) -> str | None:
        """What ``active`` names; None where there is no such file.

        Raises:
            WeightsAltered: it cannot be read.
        """
        try:
            return self._active.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise WeightsAltered(f"{self._active} cannot be read.", hint=self._mend) from error

    def active(self) -> ActiveWeights:
        """The active version.

        Raises:
            WeightsMissing, WeightsAltered: as ``WeightStore.active``.
        """
        version = self.chosen()
        if version is None:
            raise WeightsMissing(f"The weights of {self.home.name} are not here.", hint=self._mend)
        try:
            return self.opened(version)
        except UsageError as error:
            raise WeightsAltered(f"{self._active} names no version.", hint=self._mend) from error

    def opened(self, version: str) -> ActiveWeights:
        """A version that is here, with the sizes of its files checked.

        Raises:
            UsageError: that is no version name.
            WeightsMissing, WeightsAltered: it is gone, or not what is on record.
        """
        folder = self.home / checked(VersionName, version, "version name")
        if not folder.is_dir():
            raise WeightsMissing(f"Version {version} of {self.home.name} is not here.", hint=self._mend)
        try:
            manifest = read_manifest(folder)
        except WeightsAltered as error:
            raise WeightsAltered(str(error), hint=self._mend) from error
        for file in manifest.files:
            path = file.path(folder)
            if not path.is_file() or path.stat().st_size != file.stored_bytes:
                raise WeightsAltered(f"{path} is gone, or not as long as on record.", hint=self._mend)
        return ActiveWeights.of(manifest, folder, self._graphs_home)

    def switch(self, weights: ActiveWeights) -> ActiveWeights:
        """``weights``, which are active from now on."""
        new = self.home / ".active.new"
        new.write_text(f"{weights.version}\n", encoding="utf-8")
        new.replace(self._active)
        return weights

    def choose_none(self) -> None:
        """No version is active from now on; all stay here."""
        if os.path.lexists(self._active):
            with self.locked():
                self._active.unlink(missing_ok=True)

    def pulled(self, wanted: WeightSet) -> ActiveWeights | None:
        """An intact version that is what a pull would bring, the newest first; None where there is none."""
        known = {file.name: file.sha256 for file in wanted.files}
        all_known = None not in known.values()

        def fits(manifest: Manifest) -> bool:
            if manifest.origin != "pull" and not all_known:
                return False
            same_names = {file.name for file in manifest.files} == known.keys()
            return same_names and all(known[file.name] in (None, file.sha256) for file in manifest.files)

        return self._intact(fits)

    def same(self, content: frozenset[tuple[str, str]], version: str | None) -> ActiveWeights | None:
        """An intact version of that content, and of that name if one is given; None where there is none.

        Raises:
            UsageError: a version of that name holds other files.
        """
        if any(manifest.version == version and manifest.content != content for manifest in self.versions()):
            raise UsageError(
                f"Version {version} of the weights of {self.home.name} exists and holds other files.",
                hint="Choose another --version.",
            )
        return self._intact(lambda found: found.content == content and version in (None, found.version))

    def pins(self) -> dict[str, str]:
        """Published name to the sha256 that the newest pull saw."""
        pulled = [manifest for manifest in self.versions() if manifest.origin == "pull"]
        return {file.name: file.sha256 for manifest in pulled for file in manifest.files}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The folder is made, and no other process changes it meanwhile.

        Raises:
            WeightsError: it cannot be written to.
        """
        from filelock import FileLock

        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with FileLock(self.home / ".lock"):
                yield
        except OSError as error:
            raise WeightsError(
                f"The weight store {self.home.parent} cannot be used: {error.strerror or error}.",
                hint="Name a folder that you may write to with --weights or FAKEFINDER_WEIGHTS.",
            ) from error

    def _intact(self, fits: Callable[[Manifest], bool]) -> ActiveWeights | None:
        for manifest in reversed(self.versions()):
            folder = self.home / manifest.version
            if fits(manifest) and intact(manifest, folder):
                return ActiveWeights.of(manifest, folder)
        return None
