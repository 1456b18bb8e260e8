"""Reports as JSON, for programs."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import TypeAdapter

from fakefinder.records.report import Report


def to_json(reports: Sequence[Report]) -> str:
    """One Report as a JSON object; none or several as a JSON list. Ends with a line feed."""
    if len(reports) == 1:
        return reports[0].model_dump_json(indent=2) + "\n"
    return TypeAdapter(list[Report]).dump_json(list(reports), indent=2).decode() + "\n"


def to_jsonl(reports: Sequence[Report]) -> str:
    """One JSON object a line, a line for each Report."""
    return "".join(report.model_dump_json() + "\n" for report in reports)
