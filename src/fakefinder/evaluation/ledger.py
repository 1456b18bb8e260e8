"""Ledger: the reports of an evaluation so far, a line each, so that a stopped run goes on where it was."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from fakefinder.errors import UsageError
from fakefinder.evaluation.result import AskedDetector
from fakefinder.records.report import Evidence, Report

logger = logging.getLogger(__name__)

NAME = "reports.jsonl"


class _Line(BaseModel):
    """A report, and the detectors as they were asked: evidence of an unreadable video does not name its weights."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1] = 1
    asked: tuple[AskedDetector, ...]
    report: Report


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

    def append(self, report: Report, asked: Sequence[AskedDetector]) -> None:
        """Keep a report; it is on the disk when this returns.

        Raises:
            UsageError: it cannot be written.
        """
        line = _Line(asked=tuple(asked), report=report).model_dump_json().encode() + b"\n"
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

    def _lines(self) -> Iterator[_Line]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
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
