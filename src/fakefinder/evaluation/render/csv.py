"""The scores of an evaluation as CSV: one row for each video and detector."""

from __future__ import annotations

import csv
import io

from fakefinder.evaluation.result import Evaluation
from fakefinder.records.render.csv import safe_cell

_OF_VIDEO = ("path", "label", "group", "split", "sha256")
_OF_OUTCOME = ("detector", "status", "score", "reason", "message", "recipe", "seconds", "device")
COLUMNS = (*_OF_VIDEO, *_OF_OUTCOME, "version")
"""The columns, in order; new ones are added at the end."""


def to_csv(evaluation: Evaluation) -> str:
    """Rows under one header line; numbers are not rounded, cells without a value are empty."""
    versions = {one.detector: one.version for one in evaluation.provenance.detectors}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for video in evaluation.videos:
        of_video = [getattr(video, name) for name in _OF_VIDEO]
        for outcome in video.outcomes:
            of_outcome = [getattr(outcome, name) for name in _OF_OUTCOME]
            writer.writerow(map(safe_cell, [*of_video, *of_outcome, versions[outcome.detector]]))
    return text.getvalue()
