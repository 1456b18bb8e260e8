"""Writes docs/report.schema.json: the JSON Schema of a report, made from the records themselves."""

from __future__ import annotations

import json
from pathlib import Path

from fakefinder.records.report import Report

TARGET = Path(__file__).parents[1] / "docs" / "report.schema.json"


def schema_text() -> str:
    """The JSON Schema (draft 2020-12) of one Report as it is written, indented, with a line feed at the end."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | Report.model_json_schema(
        mode="serialization"
    )
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    TARGET.write_text(schema_text(), encoding="utf-8")
