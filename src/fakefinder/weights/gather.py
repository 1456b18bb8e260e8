"""All published files of a set, one after another, each from the first source that gives the right one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fakefinder.errors import DownloadFailed, WeightsAltered
from fakefinder.weights.active import file_sha256
from fakefinder.weights.archive import extract
from fakefinder.weights.catalogue import ARCHIVE_BYTES_LIMIT, WeightEntry, WeightSet
from fakefinder.weights.fetch import Progress, Wanted, fetch, place_of


@dataclass(frozen=True)
class Gathered:
    """One published file in hand, with its bytes and sha256 checked where they are known."""

    entry: WeightEntry
    path: Path
    sha256: str
    source: str
    """An address, or ``mirror``."""


@dataclass
class Gathering:
    """Where to look, and what has been tried so far."""

    published: WeightSet
    incoming: Path
    """Folder of downloads; kept until the pull is done, so that a killed pull goes on from there."""
    mirror: Path | None = None
    pins: Mapping[str, str] = field(default_factory=dict)
    """Published name to the sha256 that an earlier pull saw, for files whose sha256 the catalogue does not know."""
    progress: Progress | None = None
    tried: list[str] = field(default_factory=list)

    def clear(self) -> None:
        """Remove the downloads: they are in the store now."""
        shutil.rmtree(self.incoming, ignore_errors=True)

    def files(self) -> Iterator[Gathered]:
        """Each file of the set; the caller is done with one when it asks for the next.

        Raises:
            DownloadFailed: some file was nowhere to be had; names each try.
        """
        self.incoming.mkdir(exist_ok=True)
        missing = {file.name: file for file in self.published.files}
        for found in self._from_mirror():
            del missing[found.entry.name]
            yield found
        rounds = max(len(self.published.sources(file)) for file in self.published.files)
        for number in range(rounds):
            for url, entries in self._by_address(missing, number).items():
                for found in self._from_network(url, entries):
                    del missing[found.entry.name]
                    yield found
        if missing:
            tried = "; ".join(self.tried) or "no source is known"
            raise DownloadFailed(
                f"{len(missing)} of {len(self.published.files)} files could not be fetched "
                f"({', '.join(missing)}): {tried}.",
                hint="Try again later, or fetch the files elsewhere and use `fakefinder weights import`.",
            )

    def _from_mirror(self) -> Iterator[Gathered]:
        for entry in self.published.files if self.mirror else ():
            assert self.mirror is not None
            path = self.mirror / entry.name
            if path.is_file() and (found := self._accepted(entry, path, "mirror")):
                yield found

    def _by_address(self, missing: Mapping[str, WeightEntry], number: int) -> dict[str, list[WeightEntry]]:
        grouped: dict[str, list[WeightEntry]] = {}
        for entry in missing.values():
            for url in self.published.sources(entry)[number : number + 1]:
                grouped.setdefault(url, []).append(entry)
        return grouped

    def _from_network(self, url: str, entries: list[WeightEntry]) -> Iterator[Gathered]:
        try:
            if url == self.published.archive:
                yield from self._from_archive(url, entries)
            else:
                yield from self._from_file(url, entries[0])
        except DownloadFailed as error:
            self.tried.append(str(error))

    def _from_file(self, url: str, entry: WeightEntry) -> Iterator[Gathered]:
        path = fetch(Wanted(url, entry.bytes_limit, exact=entry.bytes is not None), self.incoming, self.progress)
        if found := self._accepted(entry, path, url):
            yield found
        else:
            path.unlink()

    def _from_archive(self, url: str, entries: list[WeightEntry]) -> Iterator[Gathered]:
        archive = fetch(Wanted(url, ARCHIVE_BYTES_LIMIT), self.incoming, self.progress)
        wanted = {entry.name: entry for entry in entries}
        try:
            for name, path in extract(archive, {e.name: e.bytes_limit for e in entries}, self.incoming):
                if found := self._accepted(wanted.pop(name), path, url):
                    yield found
                path.unlink()
        except DownloadFailed as error:
            place_of(url, self.incoming).unlink()
            raise DownloadFailed(f"{url}: {error}") from error
        if wanted:
            self.tried.append(f"{url} does not hold {', '.join(wanted)}")

    def _accepted(self, entry: WeightEntry, path: Path, source: str) -> Gathered | None:
        try:
            sha256 = checked_sha256(entry, path, self.pins.get(entry.name))
        except WeightsAltered as error:
            self.tried.append(f"{source}: {error}")
            return None
        return Gathered(entry, path, sha256, source)


def checked_sha256(entry: WeightEntry, path: Path, pin: str | None = None) -> str:
    """The sha256 of a published file, once size and sha256 are those on record, where any are.

    Raises:
        WeightsAltered: another size or another sha256.
    """
    size = path.stat().st_size
    if entry.bytes is not None and size != entry.bytes:
        raise WeightsAltered(f"{entry.name} has {size} bytes; the published file has {entry.bytes}")
    found = file_sha256(path)
    expected = entry.sha256 or pin
    if expected and found != expected:
        on_record = "the catalogue lists" if entry.sha256 else "an earlier pull saw"
        raise WeightsAltered(f"{entry.name} has sha256 {found}; {on_record} {expected}")
    return found
