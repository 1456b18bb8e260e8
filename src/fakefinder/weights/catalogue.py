"""Catalogue: the published weight files of each detector, read from ``catalogue.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from fakefinder.weights.fields import ByteCount, DetectorName, FileName, Sha256

Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+\Z")]

FILE_BYTES_LIMIT = 2 * 2**30
"""What a file of unknown size may have; the largest known one has 0.25 GiB."""
ARCHIVE_BYTES_LIMIT = 8 * 2**30
"""What an archive may have, packed and unpacked; seven files of 0.25 GiB are the largest set."""
NOT_STATED = "not stated"

_OPEN_LICENCES = frozenset({"Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CC-BY-4.0"})
"""Terms that let anybody use the files for any purpose; all others need an acknowledgement."""


class _Listed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", regex_engine="python-re")


class WeightEntry(_Listed):
    """One published file. ``bytes`` and ``sha256`` are None where they are not known."""

    name: FileName
    bytes: ByteCount | None = None
    sha256: Sha256 | None = None
    licence: str = ""
    """As the publisher states it; empty: that of the set."""
    urls: tuple[Url, ...] = ()
    """Where the file lies by itself."""

    @property
    def bytes_limit(self) -> int:
        """The most bytes that are accepted for this file."""
        return FILE_BYTES_LIMIT if self.bytes is None else self.bytes


class WeightSet(_Listed):
    """All published files of one detector."""

    licence: str
    archive: Url | None = None
    """A tar.gz that holds every file of the set, each in some folder under its published name."""
    files: tuple[WeightEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_name_once(self) -> WeightSet:
        if len({file.name for file in self.files}) != len(self.files):
            raise ValueError("a file name is there twice")
        return self

    def licence_of(self, file: WeightEntry) -> str:
        """The terms of one file, as stated."""
        return file.licence or self.licence

    @property
    def needs_acceptance(self) -> bool:
        """True where the terms of some file are not stated or not open."""
        return any(self.licence_of(file) not in _OPEN_LICENCES for file in self.files)

    def sources(self, file: WeightEntry) -> tuple[str, ...]:
        """The addresses of one file, in the order in which they are tried."""
        return (*((self.archive,) if self.archive else ()), *file.urls)


class Catalogue(_Listed):
    """Detector name to its published files."""

    detectors: dict[DetectorName, WeightSet]


@cache
def published() -> Catalogue:
    """The catalogue that ships with the package."""
    text = files("fakefinder.weights").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return Catalogue.model_validate({"detectors": tomllib.loads(text)})
