"""The published schema and its page say what the records are."""

from __future__ import annotations

import json
import re
import runpy
from pathlib import Path

import pytest

from fakefinder import errors
from fakefinder.records import report as records
from fakefinder.records.render.csv import COLUMNS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "report-schema.md").read_text(encoding="utf-8")
MODELS = ("Report", "VideoRecord", "Evidence", "Coverage", "TrackScore", "FrameScore", "Verdict", "Provenance")


def section(heading: str) -> str:
    """The text under a second-level heading of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def codes(text: str) -> set[str]:
    """The names in the first column of a table."""
    rows = re.findall(r"^\| (`.*?) \|", text, flags=re.M)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def all_errors(kind: type[errors.FakeFinderError]) -> set[str]:
    return {kind.code}.union(*(all_errors(below) for below in kind.__subclasses__()))


def test_the_published_schema_is_that_of_the_records() -> None:
    written = (ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8")
    schema_text = runpy.run_path(str(ROOT / "tools" / "write_report_schema.py"))["schema_text"]
    assert written == schema_text(), "run `python tools/write_report_schema.py`"


def test_a_report_fits_the_published_schema() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    evidence = records.Evidence(detector="a", version="1", recipe="faithful", status="scored", score=0.5)
    fields = {
        "video": {"name": "a.mp4"},
        "evidence": [evidence],
        "verdict": {
            "level": "uncertain",
            "score": 0.5,
            "method": "mean_v2",
            "detectors_scored": 1,
            "detectors_asked": 1,
            "sentence": "",
        },
        "provenance": {"fakefinder": "1", "created_at": "2026-01-01T00:00:00Z", "host_device": "cpu"},
    }
    written = json.loads(records.Report.model_validate(fields).model_dump_json())
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(written, schema)
    written["evidence"][0]["score"] = 1.5
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, schema)


@pytest.mark.parametrize("name", MODELS)
def test_each_field_is_explained(name: str) -> None:
    fields = getattr(records, name).model_fields
    assert codes(section(name)) == {field for field, about in fields.items() if not about.exclude}


def test_each_reason_is_explained() -> None:
    assert codes(section("Reasons")) == set(records.REASONS)


def test_each_error_is_explained() -> None:
    assert codes(section("Error codes")) == all_errors(errors.FakeFinderError)


def test_each_column_of_the_csv_is_listed() -> None:
    listed = section("CSV").split("\n\n")[1]
    assert tuple(re.findall(r"`(\w+)`", listed)) == COLUMNS
