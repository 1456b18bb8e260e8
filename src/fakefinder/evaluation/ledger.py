"""Ledger: the reports of an evaluation so far, a line each, so that a stopped run goes on where it was."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fakefinder.errors import UsageError
from fakefinder.evaluation.picture import pictures
from fakefinder.evaluation.result import AskedDetector
from fakefinder.records.report import Evidence, Report

logger = logging.getLogger(__name__)

NAME = "reports.jsonl"

_SHA256 = re.compile(rb'"sha256":"([0-9a-f]{64})"')
"""How the sha256 of a video is written in a line. Quotes in names are escaped there, so no name looks like it."""


class _Line(BaseModel):
    """A report, and the detectors as they were asked: evidence of an unreadable video does not name its weights.

    ``pictures`` are JPEGs of faces by detector; the JSON of a report holds none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    schema_version: Literal[1] = 1
    asked: tuple[AskedDetector, ...]
    report: Report
    pictures: dict[str, bytes] = Field(default_factory=dict)


class Ledger:
    """Appends to a file that may be cut off at any moment."""

    def __init__(self, path: Path) -> None:
        """Nothing is read or made yet."""
        self._path = path

    def evidence(self) -> dict[str, Evidence]:
        """All evidence that is kept, without tracks, by ``AskedDetector.key``; of several, the last.

        Lines that cannot be read are passed over: their videos will be scanned again.
        """
        found = {}
        for line in self._lines():
            by_name = {one.detector: one for one in line.asked}
            for evidence in line.report.evidence:
                if line.report.video.sha256 and evidence.detector in by_name:
                    key = by_name[evidence.detector].key(line.report.video.sha256)
                    found[key] = evidence.model_copy(update={"tracks": ()})
        return found

    def pictures(self, asked: Sequence[AskedDetector], videos: Collection[str]) -> dict[tuple[str, str], bytes]:
        """The JPEGs of faces that are kept with the evidence of these detectors, by detector and sha256 of the video.

        Args:
            asked: the detectors, as they are asked now.
            videos: sha256 of the few videos that are wanted; the others' pictures are not held.
        """
        names = {one.key(sha256): (one.detector, sha256) for one in asked for sha256 in videos}
        found = {}
        for line in self._lines({sha256.encode() for sha256 in videos}):
            for one in line.asked:
                if name := names.get(one.key(line.report.video.sha256 or "")):
                    found[name] = line.pictures.get(one.detector, b"")
        return {name: jpeg for name, jpeg in found.items() if jpeg}

    def append(self, report: Report, asked: Sequence[AskedDetector]) -> None:
        """Keep a report; it is on the disk when this returns.

        Raises:
            UsageError: it cannot be written.
        """
        kept = _Line(asked=tuple(asked), report=report, pictures=pictures(report.evidence))
        line = kept.model_dump_json().encode() + b"\n"
        try:
            with self._path.open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            hint = "Make room there; the same command then goes on where it was."
            raise UsageError(f"{str(self._path)!r} cannot be written to: {error.strerror}.", hint=hint) from error

    def mend(self) -> None:
        """Take off a last line that was cut off while it was written, so that the next one stands alone."""
        if not self._path.exists():
            return
        with self._path.open("rb+") as file:
            whole = 0
            for line in file:
                if line.endswith(b"\n"):
                    whole += len(line)
            file.truncate(whole)

    def _lines(self, videos: Collection[bytes] | None = None) -> Iterator[_Line]:
        """All lines, or those alone in which the sha256 of one of these videos occurs: the rest takes long to read."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if videos is not None and not any(found in videos for found in _SHA256.findall(line)):
                    continue
                try:
                    yield _Line.model_validate_json(line)
                except ValidationError:
                    logger.warning("Line %d of %s cannot be read and is passed over.", number, self._path)


@contextmanager
def opened(folder: Path) -> Iterator[Ledger]:
    """The ledger of a folder, which is made where it is not there; for one process at a time.

    Raises:
        UsageError: another process works in the folder, or it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=0)
    except Timeout as error:
        hint = "Wait for it, or name another folder."
        raise UsageError(f"Another evaluation is at work in {str(folder)!r}.", hint=hint) from error
    except OSError as error:
        raise UsageError(f"The folder {str(folder)!r} cannot be written to: {error.strerror}.") from error
    try:
        ledger = Ledger(folder / NAME)
        ledger.mend()
        yield ledger
    finally:
        lock.release()
