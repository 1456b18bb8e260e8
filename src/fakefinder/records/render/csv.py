"""Reports as CSV: one row for each video and detector."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from fakefinder.records.render.words import visible
from fakefinder.records.report import Coverage, Evidence, Report

Cell = str | int | float | None

_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""First characters by which spreadsheets take a cell for a formula (OWASP, "CSV Injection"; full-width too)."""


def to_csv(reports: Sequence[Report]) -> str:
    """Rows under one header line; numbers are not rounded, cells without a value are empty.

    Control characters in texts are written out, so that a row is a line. A text that a spreadsheet would run
    as a formula (a video named ``=cmd()``, say) gets a leading apostrophe.
    A report without any evidence still has its row, with the detector left empty.
    """
    text = io.StringIO()
    rows = [_row(report, evidence) for report in reports for evidence in report.evidence or (None,)]
    writer = csv.DictWriter(text, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: safe_cell(cell) for name, cell in row.items()} for row in rows)
    return text.getvalue()


def _row(report: Report, evidence: Evidence | None) -> dict[str, Cell]:
    return dict(_cells(report, evidence))


def _cells(report: Report, evidence: Evidence | None) -> Iterator[tuple[str, Cell]]:
    yield "video", report.video.name
    yield "sha256", report.video.sha256
    yield "duration_seconds", report.video.duration_seconds
    for name in ("detector", "version", "recipe", "status", "score", "reason", "message", "seconds", "device"):
        yield name, getattr(evidence, name, None)
    coverage: Coverage | None = evidence.coverage if evidence else None
    for name in ("from_seconds", "to_seconds", "frames", "faces"):
        yield name, getattr(coverage, name, None)
    yield "weights_unlisted", " ".join(evidence.weights_unlisted) if evidence else None
    yield "verdict_level", report.verdict.level
    yield "verdict_score", report.verdict.score
    yield "fakefinder", report.provenance.fakefinder
    yield "verdict_sentence", report.verdict.sentence


def safe_cell(cell: Cell) -> Cell:
    """The value as it may stand in a csv file: on one line, and no formula to a spreadsheet."""
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) else text


COLUMNS = (
    "video",
    "sha256",
    "duration_seconds",
    "detector",
    "version",
    "recipe",
    "status",
    "score",
    "reason",
    "message",
    "seconds",
    "device",
    "from_seconds",
    "to_seconds",
    "frames",
    "faces",
    "weights_unlisted",
    "verdict_level",
    "verdict_score",
    "fakefinder",
    "verdict_sentence",
)
"""The columns, in order; new ones are added at the end."""
