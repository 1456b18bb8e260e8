"""The files of a folder that shall be imported, each with its sha256 and whether the catalogue lists it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fakefinder.errors import UsageError, WeightsMissing, WeightsUnlisted
from fakefinder.weights.active import file_sha256
from fakefinder.weights.catalogue import NOT_STATED, WeightSet
from fakefinder.weights.fields import FileName, checked
from fakefinder.weights.read import read_published

_PAPERS = frozenset({".md", ".txt", ".json", ".toml", ".yaml", ".yml", ".csv"})
"""Suffixes of what lies beside weights and is none."""


@dataclass(frozen=True)
class Candidate:
    """One file to import."""

    name: str
    path: Path
    sha256: str
    listed: bool
    licence: str


def candidates(folder: Path, published: WeightSet | None, *, unlisted: bool) -> list[Candidate]:
    """The files to import: those that the catalogue names, or all where it does not know the detector.

    Raises:
        UsageError: ``folder`` is no folder, or holds nothing to import.
        WeightsMissing: a file that the catalogue names is not there.
        WeightsUnlisted: a sha256 is not listed, and ``unlisted`` does not let that pass.
        WeightsError: such a file cannot be read anyway; says why.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder.", hint="Name the folder that holds the weight files.")
    found = _published(folder, published) if published else _all(folder)
    for candidate in found:
        if not (candidate.listed or unlisted):
            # A damaged or dangerous file is told as such; --unlisted would not help it.
            read_published(candidate.path)
            raise WeightsUnlisted(
                f"{candidate.name} has sha256 {candidate.sha256}, which the catalogue does not list under that name."
            )
    return found


def _published(folder: Path, published: WeightSet) -> list[Candidate]:
    missing = [entry.name for entry in published.files if not (folder / entry.name).is_file()]
    if missing:
        raise WeightsMissing(
            f"{folder} lacks {', '.join(missing)}.",
            hint=f"All {len(published.files)} files must be there under their published names.",
        )
    result = []
    for entry in published.files:
        path = folder / entry.name
        sha256 = file_sha256(path)
        result.append(Candidate(entry.name, path, sha256, sha256 == entry.sha256, published.licence_of(entry)))
    return result


def _all(folder: Path) -> list[Candidate]:
    paths = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".") and path.suffix.lower() not in _PAPERS
    ]
    if not paths:
        raise UsageError(f"{folder} holds no weight files.", hint="Files must lie in the folder itself.")
    return [
        Candidate(checked(FileName, path.name, "name for a weight file"), path, file_sha256(path), False, NOT_STATED)
        for path in paths
    ]
