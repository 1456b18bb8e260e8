"""WeightStore: a folder of verified weight files, ``<detector>/<version>/`` and ``<detector>/active``.

Everything in it is safetensors with its sha256 on record; what is published otherwise is converted
when it comes in. A version folder appears whole or not at all, and ``active`` is replaced in one
step, so that a running reader sees the old version or the new one. Several machines may share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakefinder.errors import (
    LicenceNotAccepted,
    UsageError,
    WeightsAltered,
    WeightsError,
    WeightsMissing,
)
from fakefinder.weights.active import ActiveWeights
from fakefinder.weights.candidates import candidates
from fakefinder.weights.catalogue import Catalogue, WeightSet, published
from fakefinder.weights.fetch import Progress
from fakefinder.weights.fields import DetectorName, VersionName, checked
from fakefinder.weights.gather import Gathering
from fakefinder.weights.manifest import MANIFEST_NAME, Manifest, StoredFile, read_manifest
from fakefinder.weights.staging import Check, Staging
from fakefinder.weights.verify import FileCheck, intact, verify_version

__all__ = ["ActiveWeights", "FileCheck", "StoredFile", "WeightStore"]

_ACTIVE = "active"


class WeightStore:
    """The weights of all detectors under one folder."""

    def __init__(self, root: Path, *, mirror: Path | None = None, catalogue: Catalogue | None = None) -> None:
        """Nothing is made or read yet. ``mirror`` is a folder that may hold published files."""
        self.root = root
        self.mirror = mirror
        self.catalogue = catalogue or published()

    def active(self, detector: str) -> ActiveWeights:
        """The active version of a detector's weights; read anew with each call.

        Raises:
            WeightsMissing: there is none; the hint is the command that mends it.
            WeightsAltered: what is there is not what is on record (sizes; sha256 comes with reading).
        """
        home = self._home(detector)
        try:
            version = (home / _ACTIVE).read_text(encoding="utf-8").strip()
        except (FileNotFoundError, NotADirectoryError):
            raise WeightsMissing(f"The weights of {detector} are not here.", hint=self._mend(detector)) from None
        except (OSError, UnicodeDecodeError) as error:
            raise WeightsAltered(f"{home / _ACTIVE} cannot be read.", hint=self._mend(detector)) from error
        try:
            folder = home / checked(VersionName, version, "version name")
        except UsageError as error:
            raise WeightsAltered(f"{home / _ACTIVE} names no version.", hint=self._mend(detector)) from error
        if not folder.is_dir():
            raise WeightsMissing(f"Version {version} of {detector} is active but gone.", hint=self._mend(detector))
        return self._opened(folder)

    def pull(
        self,
        detector: str,
        *,
        accept_licence: bool = False,
        progress: Progress | None = None,
        check: Check | None = None,
    ) -> ActiveWeights:
        """The published files of a detector, fetched where they are not here intact, checked and made active.

        ``check`` raises where the weights do not fit the detector; nothing becomes active then.

        Raises:
            WeightsMissing: the catalogue lists no files for this detector.
            LicenceNotAccepted: the terms need ``accept_licence``.
            DownloadFailed: a file was nowhere to be had.
            WeightsError: a file cannot be read, or does not fit.
        """
        wanted = self._published(detector)
        with self._locked(detector) as home:
            if here := self._pulled(detector, wanted):
                return self._switched(here)
            if wanted.needs_acceptance and not accept_licence:
                raise LicenceNotAccepted(
                    f"The licence of the weights of {detector} is {wanted.licence}: whether you may use them "
                    "is yours to judge.",
                    hint=self._mend(detector),
                )
            incoming = home / ".incoming"
            incoming.mkdir(exist_ok=True)
            gathering = Gathering(wanted, incoming, self.mirror, self._pins(detector), progress)
            with _staging(home) as staging:
                for found in gathering.files():
                    staging.add(
                        found.path,
                        found.entry.name,
                        sha256=found.sha256,
                        listed=found.entry.sha256 is not None,
                        licence=wanted.licence_of(found.entry),
                        source=found.source,
                    )
                made = staging.finish(
                    None, check, origin="pull", licence_accepted=accept_licence and wanted.needs_acceptance
                )
            _clear(incoming)
            return self._switched(made)

    def import_folder(
        self,
        detector: str,
        folder: Path,
        *,
        version: str | None = None,
        unlisted: bool = False,
        check: Check | None = None,
    ) -> ActiveWeights:
        """The files of a folder as a version of a detector's weights, checked and made active.

        The catalogue's names are looked for; a detector that it does not know gets all files.
        Files that are here already are the version that they are. ``unlisted`` lets in files whose
        sha256 the catalogue does not list; reports say so.

        Raises:
            WeightsMissing: a published file is not in the folder.
            WeightsUnlisted: a sha256 is not listed, without ``unlisted``.
            UsageError: no such folder, or ``version`` exists and holds other files.
            WeightsError: a file cannot be read, or does not fit.
        """
        if version is not None:
            checked(VersionName, version, "version name")
        self._home(detector)
        found = candidates(folder, self.catalogue.detectors.get(detector), unlisted=unlisted)
        content = frozenset((file.name, file.sha256) for file in found)
        with self._locked(detector) as home:
            if here := self._same(detector, content, version):
                if check:
                    check(here)
                return self._switched(here)
            with _staging(home) as staging:
                for file in found:
                    staging.add(
                        file.path,
                        file.name,
                        sha256=file.sha256,
                        listed=file.listed,
                        licence=file.licence,
                        source="import",
                    )
                made = staging.finish(version, check, origin="import", licence_accepted=False)
            return self._switched(made)

    def versions(self, detector: str) -> tuple[Manifest, ...]:
        """The manifests of all versions of a detector that can be read, oldest first."""
        found = []
        for folder in self._folders(detector):
            try:
                found.append(read_manifest(folder))
            except WeightsAltered:
                continue
        return tuple(sorted(found, key=lambda manifest: manifest.created_at))

    def activate(self, detector: str, version: str) -> ActiveWeights:
        """A version that is here, made active.

        Raises:
            WeightsMissing: it is not here.
            WeightsAltered: it is not what is on record.
        """
        folder = self._home(detector) / checked(VersionName, version, "version name")
        if not folder.is_dir():
            known = ", ".join(manifest.version for manifest in self.versions(detector)) or "none"
            raise WeightsMissing(f"There is no version {version} of {detector} here.", hint=f"Here are: {known}.")
        with self._locked(detector):
            return self._switched(self._opened(folder))

    def detectors(self) -> list[str]:
        """Names of the detectors that have a version here, sorted."""
        if not self.root.is_dir():
            return []
        return sorted({path.parent.parent.name for path in self.root.glob(f"[a-z]*/[!.]*/{MANIFEST_NAME}")})

    def verify(self, detector: str | None = None) -> list[FileCheck]:
        """One check for each stored file of every version; every byte is read.

        Raises:
            WeightsMissing: ``detector`` has no version here.
        """
        if detector is not None and not self._folders(detector):
            raise WeightsMissing(f"The weights of {detector} are not here.", hint=self._mend(detector))
        names = self.detectors() if detector is None else [detector]
        return [found for name in names for folder in self._folders(name) for found in verify_version(folder)]

    def _home(self, detector: str) -> Path:
        return self.root / checked(DetectorName, detector, "detector name")

    def _folders(self, detector: str) -> list[Path]:
        home = self._home(detector)
        return sorted(path.parent for path in home.glob(f"[!.]*/{MANIFEST_NAME}")) if home.is_dir() else []

    def _published(self, detector: str) -> WeightSet:
        self._home(detector)
        if detector not in self.catalogue.detectors:
            raise WeightsMissing(f"The catalogue lists no weights for {detector}.", hint=self._mend(detector))
        return self.catalogue.detectors[detector]

    def _mend(self, detector: str) -> str:
        """The one command that brings a detector's weights here."""
        wanted = self.catalogue.detectors.get(detector)
        if wanted is None:
            return f"Run `fakefinder weights import {detector} FOLDER --unlisted` with the folder of its files."
        return f"Run `fakefinder weights pull {detector}{' --accept-licence' if wanted.needs_acceptance else ''}`."

    def _opened(self, folder: Path) -> ActiveWeights:
        manifest = read_manifest(folder)
        for file in manifest.files:
            path = file.path(folder)
            if not path.is_file() or path.stat().st_size != file.stored_bytes:
                raise WeightsAltered(
                    f"{path} is not as long as on record, or gone.", hint=self._mend(manifest.detector)
                )
        return ActiveWeights.of(manifest, folder)

    def _pulled(self, detector: str, wanted: WeightSet) -> ActiveWeights | None:
        """An intact version with exactly the published files, as far as their sha256 is known."""
        known = {file.name: file.sha256 for file in wanted.files}
        for manifest in reversed(self.versions(detector)):
            if manifest.origin != "pull" and None in known.values():
                continue
            same_names = {file.name for file in manifest.files} == known.keys()
            if same_names and all(known[file.name] in (None, file.sha256) for file in manifest.files):
                folder = self._home(detector) / manifest.version
                if intact(manifest, folder):
                    return ActiveWeights.of(manifest, folder)
        return None

    def _same(self, detector: str, content: frozenset[tuple[str, str]], version: str | None) -> ActiveWeights | None:
        """An intact version of that content (and name, if one is given)."""
        for manifest in self.versions(detector):
            if version is not None and manifest.version == version and manifest.content != content:
                raise UsageError(
                    f"Version {version} of the weights of {detector} exists and holds other files.",
                    hint="Choose another --version.",
                )
            if manifest.content == content and version in (None, manifest.version):
                folder = self._home(detector) / manifest.version
                if intact(manifest, folder):
                    return ActiveWeights.of(manifest, folder)
        return None

    def _pins(self, detector: str) -> dict[str, str]:
        pulled = [manifest for manifest in self.versions(detector) if manifest.origin == "pull"]
        return {file.name: file.sha256 for manifest in pulled for file in manifest.files}

    def _switched(self, weights: ActiveWeights) -> ActiveWeights:
        new = weights.folder.parent / ".active.new"
        new.write_text(f"{weights.version}\n", encoding="utf-8")
        new.replace(weights.folder.parent / _ACTIVE)
        return weights

    @contextmanager
    def _locked(self, detector: str) -> Iterator[Path]:
        """The detector's folder, made and locked against other processes."""
        from filelock import FileLock

        home = self._home(detector)
        try:
            home.mkdir(parents=True, exist_ok=True)
            with FileLock(home / ".lock"):
                yield home
        except OSError as error:
            raise WeightsError(
                f"The weight store {self.root} cannot be used: {error.strerror or error}.",
                hint="Name a folder that you may write to with --weights or FAKEFINDER_WEIGHTS.",
            ) from error


@contextmanager
def _staging(home: Path) -> Iterator[Staging]:
    staging = Staging(home)
    try:
        yield staging
    finally:
        staging.discard()


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
