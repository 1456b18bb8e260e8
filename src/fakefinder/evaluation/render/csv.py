"""The scores of an evaluation as CSV: one row for each file and detector."""

from __future__ import annotations

import csv
import io

from fakefinder.evaluation.result import Evaluation
from fakefinder.records.render.csv import safe_cell

_OF_VIDEO = ("label", "group", "split", "sha256")
_OF_OUTCOME = ("detector", "status", "score", "reason", "message", "recipe", "seconds", "device")
COLUMNS = ("path", *_OF_VIDEO, *_OF_OUTCOME, "version", "same_as")
"""The columns, in order; new ones are added at the end."""


def to_csv(evaluation: Evaluation) -> str:
    """Rows under one header line; numbers are not rounded, cells without a value are empty.

    A file with the same bytes as an earlier one has rows of its own, which repeat that one's and name it in
    ``same_as``. The rows where that is empty are those that count.
    """
    versions = {one.detector: one.version for one in evaluation.provenance.detectors}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for video in evaluation.videos:
        for path in (video.path, *video.also):
            of_file = [path, *(getattr(video, name) for name in _OF_VIDEO)]
            same_as = "" if path == video.path else video.path
            for outcome in video.outcomes:
                of_outcome = [getattr(outcome, name) for name in _OF_OUTCOME]
                writer.writerow(map(safe_cell, [*of_file, *of_outcome, versions[outcome.detector], same_as]))
    return text.getvalue()
