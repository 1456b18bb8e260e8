"""WeightStore: a folder of verified weight files, ``<detector>/<version>/`` and ``<detector>/active``.

Everything in it is safetensors with its sha256 on record; what is published otherwise is converted
when it comes in. A version folder appears whole or not at all, and ``active`` is replaced in one
step, so that a running reader sees the old version or the new one. Several machines may share it.
Weights that come inside the package are used where the folder has none of that detector.
"""

from __future__ import annotations

from pathlib import Path

from fakefinder.errors import DownloadFailed, LicenceNotAccepted, WeightsError, WeightsMissing
from fakefinder.weights import packaged_root
from fakefinder.weights.active import REINSTALL, ActiveWeights
from fakefinder.weights.candidates import Candidate, candidates
from fakefinder.weights.catalogue import Catalogue, WeightSet, published
from fakefinder.weights.fetch import Progress
from fakefinder.weights.fields import DetectorName, VersionName, checked
from fakefinder.weights.gather import Gathering
from fakefinder.weights.manifest import MANIFEST_NAME, Manifest, StoredFile
from fakefinder.weights.shelf import Shelf
from fakefinder.weights.staging import Check, Staging
from fakefinder.weights.verify import FileCheck, verify_version

__all__ = ["ActiveWeights", "Check", "FileCheck", "Progress", "StoredFile", "WeightStore"]


class WeightStore:
    """The weights of all detectors under one folder."""

    def __init__(
        self,
        root: Path,
        *,
        mirror: Path | None = None,
        catalogue: Catalogue | None = None,
        packaged: Path | None = None,
    ) -> None:
        """Nothing is made or read yet.

        Args:
            root: the folder.
            mirror: a folder that may hold published files.
            catalogue: what is published; None takes the list that comes with the package.
            packaged: a folder of the same layout that is only read; None takes the one inside the package.
        """
        self.root = root
        self.mirror = mirror
        self.catalogue = catalogue or published()
        self.packaged = packaged or packaged_root()

    def active(self, detector: str) -> ActiveWeights:
        """The active version of a detector's weights, else the packaged one; read anew with each call.

        Raises:
            WeightsMissing: there is none; the hint is the command that mends it.
            WeightsAltered: what is there is not what is on record (sizes; sha256 comes with reading).
        """
        own, packaged = self._shelf(detector), self._packaged_shelf(detector)
        return packaged.active() if own.chosen() is None and packaged.chosen() is not None else own.active()

    def pull(
        self,
        detector: str,
        *,
        accept_licence: bool = False,
        progress: Progress | None = None,
        check: Check | None = None,
    ) -> ActiveWeights:
        """The published files of a detector, fetched where they are not here intact, checked and made active.

        Where they come inside the package nothing is fetched: those are the active ones again.

        ``check`` raises where the weights do not fit the detector; nothing becomes active then.

        Raises:
            WeightsMissing: the catalogue lists no files for this detector.
            LicenceNotAccepted: the terms need ``accept_licence``.
            DownloadFailed: a file was nowhere to be had.
            WeightsError: a file cannot be read, or does not fit.
        """
        shelf = self._shelf(detector)
        wanted = self.catalogue.detectors.get(detector)
        if wanted is None:
            return self._back_to_packaged(detector)
        if wanted.needs_acceptance and not accept_licence and not shelf.pulled(wanted):
            raise LicenceNotAccepted(
                f"The licence of the weights of {detector} is {wanted.licence}; whether you may use them "
                "is yours to judge.",
                hint=self._mend(detector),
            )
        with shelf.locked():
            # Another process may have pulled while this one waited for the lock.
            here = shelf.pulled(wanted)
            return shelf.switch(here or self._gathered(shelf, wanted, progress, check))

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
        shelf = self._shelf(detector)
        if version is not None:
            checked(VersionName, version, "version name")
        found = candidates(folder, self.catalogue.detectors.get(detector), unlisted=unlisted)
        with shelf.locked():
            here = shelf.same(frozenset((file.name, file.sha256) for file in found), version)
            if here and check:
                check(here)
            return shelf.switch(here or _imported(shelf, found, version, check))

    def versions(self, detector: str) -> tuple[Manifest, ...]:
        """The manifests of all versions of a detector that can be read: the packaged one, then oldest first."""
        return self._packaged_shelf(detector).versions() + self._shelf(detector).versions()

    def activate(self, detector: str, version: str) -> ActiveWeights:
        """A version that is here, made active.

        Raises:
            WeightsMissing: it is not here.
            WeightsAltered: it is not what is on record.
        """
        shelf = self._shelf(detector)
        try:
            found = shelf.opened(version)
        except WeightsMissing:
            if self._packaged_shelf(detector).chosen() != version:
                raise
            return self._back_to_packaged(detector)
        with shelf.locked():
            return shelf.switch(found)

    def detectors(self) -> list[str]:
        """Names of the detectors that have a version here or in the package, sorted."""
        found = (folder.glob(f"[a-z]*/[!.]*/{MANIFEST_NAME}") for folder in (self.packaged, self.root))
        return sorted({path.parent.parent.name for paths in found for path in paths})

    def verify(self, detector: str | None = None) -> list[FileCheck]:
        """One check for each stored file of every version; every byte is read.

        Raises:
            WeightsMissing: ``detector`` has no version here.
        """
        names = self.detectors() if detector is None else [detector]
        shelves = [shelf for name in names for shelf in (self._packaged_shelf(name), self._shelf(name))]
        folders = [folder for shelf in shelves for folder in shelf.folders()]
        if detector is not None and not folders:
            raise WeightsMissing(f"The weights of {detector} are not here.", hint=self._mend(detector))
        return [found for folder in folders for found in verify_version(folder)]

    def is_packaged(self, detector: str) -> bool:
        """True where weights of this detector come inside the package, intact or not."""
        return bool(self._packaged_shelf(detector).folders())

    def _shelf(self, detector: str) -> Shelf:
        return Shelf(self.root / checked(DetectorName, detector, "detector name"), self._mend(detector))

    def _packaged_shelf(self, detector: str) -> Shelf:
        """The weights inside the package, whose graphs go into the store: others may own the package's folder."""
        name = checked(DetectorName, detector, "detector name")
        return Shelf(self.packaged / name, REINSTALL, graphs_home=self.root / name / ".packaged-graphs")

    def _back_to_packaged(self, detector: str) -> ActiveWeights:
        if not self.is_packaged(detector):
            raise WeightsMissing(f"The catalogue lists no weights for {detector}.", hint=self._mend(detector))
        found = self._packaged_shelf(detector).active()
        self._shelf(detector).choose_none()
        return found

    def _mend(self, detector: str) -> str:
        """The one command that brings a detector's weights here."""
        wanted = self.catalogue.detectors.get(detector)
        if wanted is None and (self.packaged / detector).is_dir():
            return f"`fakefinder weights pull {detector}` goes back to the weights that come with FakeFinder."
        if wanted is None:
            return f"Run `fakefinder weights import {detector} FOLDER --unlisted` with the folder of its files."
        return f"Run `fakefinder weights pull {detector}{' --accept-licence' if wanted.needs_acceptance else ''}`."

    def _gathered(
        self, shelf: Shelf, wanted: WeightSet, progress: Progress | None, check: Check | None
    ) -> ActiveWeights:
        gathering = Gathering(wanted, shelf.home / ".incoming", self.mirror, shelf.pins(), progress)
        try:
            with Staging(shelf.home) as staging:
                for found in gathering.files():
                    staging.add(
                        found.path,
                        found.entry.name,
                        sha256=found.sha256,
                        listed=found.entry.sha256 is not None,
                        licence=wanted.licence_of(found.entry),
                        source=found.source,
                    )
                made = staging.finish(None, check, origin="pull")
        except DownloadFailed:
            raise  # what has arrived is kept: the next pull goes on from there
        except WeightsError:
            gathering.clear()
            raise
        gathering.clear()
        return made


def _imported(shelf: Shelf, found: list[Candidate], version: str | None, check: Check | None) -> ActiveWeights:
    with Staging(shelf.home) as staging:
        for file in found:
            staging.add(
                file.path, file.name, sha256=file.sha256, listed=file.listed, licence=file.licence, source="import"
            )
        return staging.finish(version, check, origin="import")
