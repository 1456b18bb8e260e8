"""PictureFile: what a run was trained on, file by file, so that it can be told and checked later."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from fakefinder.errors import UsageError
from fakefinder.training.faces import ENDINGS, pictures_in
from fakefinder.weights.active import file_sha256


@dataclass(frozen=True, order=True)
class PictureFile:
    """One picture: ``name`` is its path within the folder, with slashes."""

    name: str
    bytes: int
    sha256: str


def picture_files(folder: Path) -> list[PictureFile]:
    """The pictures below a folder, sorted by name.

    Raises:
        UsageError: no such folder, or no pictures in it.
    """
    if not folder.is_dir():
        raise UsageError(f"{str(folder)!r} is no folder.", hint="Name a folder of pictures of real faces.")
    found = [
        PictureFile(path.relative_to(folder).as_posix(), path.stat().st_size, file_sha256(path))
        for path in pictures_in(folder)
    ]
    if not found:
        raise UsageError(
            f"{str(folder)!r} holds no pictures.", hint=f"Pictures end in {', '.join(ENDINGS)}; folders may be nested."
        )
    return sorted(found)


def to_csv(pictures: Iterable[PictureFile]) -> str:
    """A line for each picture, below the names of the columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(PictureFile))
    writer.writerows(astuple(picture) for picture in pictures)
    return text.getvalue()


def list_sha256(pictures: Iterable[PictureFile]) -> str:
    """Of the contents alone: the same for the same pictures under other names."""
    contents = sorted(picture.sha256 for picture in pictures)
    return hashlib.sha256("\n".join(contents).encode()).hexdigest()
