"""write: the files of an evaluation, each whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from fakefinder.detectors import registry
from fakefinder.errors import DetectorError, UsageError
from fakefinder.evaluation import render
from fakefinder.evaluation.result import Evaluation
from fakefinder.records.card import DetectorCard

JSON, CSV, HTML = "evaluation.json", "scores.csv", "evaluation.html"


def write(evaluation: Evaluation, folder: Path, pictures: Mapping[tuple[str, str], bytes]) -> None:
    """Write ``evaluation.json``, ``scores.csv`` and ``evaluation.html``; earlier ones are replaced together.

    Args:
        evaluation: what is written.
        folder: where to.
        pictures: JPEGs of faces by detector and sha256 of the video, for the page.

    Raises:
        UsageError: the folder cannot be written to.
    """
    texts = {
        JSON: render.to_json(evaluation),
        CSV: render.to_csv(evaluation),
        HTML: render.to_html(evaluation, _cards(evaluation), pictures),
    }
    partial = {name: folder / f".{name}.partial" for name in texts}
    try:
        for name, text in texts.items():
            partial[name].write_text(text, encoding="utf-8", newline="")
        for name, path in partial.items():
            path.replace(folder / name)
    except OSError as error:
        for path in partial.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)
        hint = "Make room there; the same command then goes on where it was."
        raise UsageError(f"{str(folder)!r} cannot be written to: {error.strerror}.", hint=hint) from error


def _cards(evaluation: Evaluation) -> dict[str, DetectorCard]:
    cards = {}
    for one in evaluation.detectors:
        with suppress(DetectorError):
            cards[one.name] = registry.detector_class(one.name).card
    return cards
