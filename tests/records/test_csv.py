"""CSV: a row for each video and detector, nothing rounded, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from fakefinder.records.render import to_csv
from fakefinder.records.render.csv import COLUMNS
from fakefinder.records.report import Report, VideoRecord


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_one_row_for_each_video_and_detector(full: Report, unreadable: Report) -> None:
    found = rows(to_csv([full, unreadable]))
    assert [(row["detector"], row["status"], row["reason"]) for row in found] == [
        ("alpha", "scored", ""),
        ("beta", "abstained", "no_face"),
        ("gamma", "failed", "crashed"),
        ("alpha", "abstained", "unreadable"),
    ]


def test_numbers_are_not_rounded_and_missing_ones_are_empty(full: Report) -> None:
    first, second, _ = rows(to_csv([full]))
    assert float(first["score"]) == 0.9123456789
    assert (first["frames"], first["faces"], first["to_seconds"]) == ("4", "4", "1.0")
    assert second["score"] == ""
    assert first["weights_unlisted"] == "alpha.pth"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@A1", " =1", "＝1"])
def test_formulas_are_defused(name: str, make_report: Callable[..., Report]) -> None:
    (row,) = rows(to_csv([make_report(VideoRecord(name=name))]))
    assert row["video"] == f"'{name}"


def test_a_row_is_a_line(make_report: Callable[..., Report]) -> None:
    text = to_csv([make_report(VideoRecord(name="a\rb\nc\td\x1b"))])
    assert len(text.splitlines()) == 2
    assert rows(text)[0]["video"] == r"a\rb\nc\td\x1b"


def test_a_report_without_evidence_keeps_its_row(make_report: Callable[..., Report]) -> None:
    (row,) = rows(to_csv([make_report(VideoRecord(name="a.mp4"))]))
    assert (row["video"], row["detector"], row["verdict_level"]) == ("a.mp4", "", "undetermined")


def test_no_report_gives_the_header_alone() -> None:
    assert to_csv([]) == ",".join(COLUMNS) + "\n"
