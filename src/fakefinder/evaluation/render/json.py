"""An evaluation as JSON, for programs."""

from __future__ import annotations

from fakefinder.evaluation.result import Evaluation


def to_json(evaluation: Evaluation) -> str:
    """One JSON object. Ends with a line feed."""
    return evaluation.model_dump_json(indent=2) + "\n"
