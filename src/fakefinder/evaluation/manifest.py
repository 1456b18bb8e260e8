"""The manifest: a csv file that says which videos are real and which are fake."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fakefinder.errors import UsageError

Label = Literal["real", "fake"]

_LABELS: dict[str, Label] = {"real": "real", "fake": "fake"}
_FORM = "The first line names the columns, with commas between: path,label and, if you like, group,split."


@dataclass(frozen=True)
class Row:
    """One video of a manifest. ``path`` is as written there, ``file`` where that is; no group or split is ``""``."""

    line: int
    path: str
    file: Path
    label: Label
    group: str
    split: str


@dataclass(frozen=True)
class Manifest:
    """The chosen rows of a manifest, and what they were chosen by; None chooses all."""

    name: str
    sha256: str
    rows: tuple[Row, ...]
    split: str | None = None
    group: str | None = None


def read_manifest(path: str | Path, *, split: str | None = None, group: str | None = None) -> Manifest:
    """The rows of a manifest with this split and this group, in their order; at least one.

    Paths are relative to the manifest's folder. Columns other than path, label, group and split are ignored.

    Raises:
        UsageError: the manifest is not there or not in order, or a chosen video is not there.
    """
    path = Path(path)
    content = _content(path)
    rows = list(_rows(content, path))
    _refuse_duplicates(rows)
    rows = _chosen(rows, split, "split", lambda row: row.split)
    rows = _chosen(rows, group, "group", lambda row: row.group)
    _refuse_missing(rows)
    return Manifest(path.name, hashlib.sha256(content).hexdigest(), tuple(rows), split, group)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"The manifest {str(path)!r} cannot be read: {error.strerror}.", hint=_FORM) from error


def _rows(content: bytes, path: Path) -> Iterator[Row]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "Save it as csv in UTF-8."
        raise UsageError(f"The manifest {path.name} is no UTF-8 text: {error.reason}.", hint=hint) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
        for column in ("path", "label"):
            if column not in reader.fieldnames:
                raise UsageError(f"Line 1 of {path.name} names no column {column!r}.", hint=_FORM)
        rows = [_row(cells, reader.line_num, path) for cells in reader]
    except csv.Error as error:
        hint = "Text with a comma or a quote in it stands in double quotes."
        raise UsageError(f"Line {reader.line_num} of {path.name} is no csv: {error}.", hint=hint) from error
    if not rows:
        raise UsageError(f"The manifest {path.name} names no videos.", hint=_FORM)
    yield from rows


def _row(cells: Mapping[str | None, str | None], line: int, path: Path) -> Row:
    if None in cells:  # where csv puts what is left over
        hint = "Text with a comma in it stands in double quotes."
        raise UsageError(f"Line {line} of {path.name} has more cells than line 1 has columns.", hint=hint)

    def cell(column: str) -> str:
        return (cells.get(column) or "").strip()

    if not cell("path"):
        raise UsageError(f"Line {line} of {path.name} has no path.", hint="Each line names one video.")
    label = _LABELS.get(cell("label").lower())
    if label is None:
        hint = "A label is real or fake."
        raise UsageError(f"Line {line} of {path.name} has the label {cell('label')!r}.", hint=hint)
    file = Path(os.path.realpath(path.parent / cell("path")))
    return Row(line, cell("path"), file, label, cell("group"), cell("split"))


def _refuse_duplicates(rows: Sequence[Row]) -> None:
    seen: dict[Path, Row] = {}
    for row in rows:
        if row.file in seen:
            sentence = f"Line {row.line} names the same video as line {seen[row.file].line}: {row.path!r}."
            raise UsageError(sentence, hint="Remove one of the two lines.")
        seen[row.file] = row


def _chosen(rows: list[Row], wanted: str | None, column: str, value: Callable[[Row], str]) -> list[Row]:
    if wanted is None:
        return rows
    chosen = [row for row in rows if value(row) == wanted]
    if not chosen:
        there = ", ".join(sorted({value(row) for row in rows} - {""}))
        hint = f"There are: {there}." if there else f"The manifest's column {column} is missing or empty."
        raise UsageError(f"No video has the {column} {wanted!r}.", hint=hint)
    return chosen


def _refuse_missing(rows: Sequence[Row]) -> None:
    missing = [row for row in rows if not os.path.isfile(row.file)]  # noqa: PTH113 - False for impossible names too
    if missing:
        first = missing[0]
        others = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        sentence = f"Line {first.line} names {first.path!r}, which is not there{others}."
        raise UsageError(sentence, hint="Paths are relative to the manifest's folder.")
