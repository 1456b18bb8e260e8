"""An evaluation as one self-contained web page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from fakefinder.evaluation import worst
from fakefinder.evaluation.render import plots, words
from fakefinder.evaluation.result import Evaluation, VideoResult
from fakefinder.records.card import DetectorCard
from fakefinder.records.render.html import data_uri
from fakefinder.records.render.timeline import colour
from fakefinder.records.render.words import CANNOT_SEE, measured, visible

if TYPE_CHECKING:
    from jinja2 import Environment

_VIDEOS_SHOWN = 1000
"""Rows of the table of videos; ``scores.csv`` holds them all."""


def to_html(
    evaluation: Evaluation,
    cards: Mapping[str, DetectorCard] | None = None,
    pictures: Mapping[tuple[str, str], bytes] | None = None,
) -> str:
    """A page that asks for nothing from elsewhere. Its one script sorts the table of videos.

    Args:
        evaluation: what is shown.
        cards: Cards of the detectors by name; titles and caveats are taken from them.
        pictures: JPEGs of faces by detector and sha256 of the video; those of the worst errors are shown.
    """
    script = _environment().get_template("sort.js").render()
    return (
        _environment()
        .get_template("evaluation.html")
        .render(
            evaluation=evaluation,
            results=words.results(evaluation),
            videos=largest_errors_first(evaluation.videos)[:_VIDEOS_SHOWN],
            videos_shown=_VIDEOS_SHOWN,
            errors=worst.errors(evaluation),
            errors_shown=worst.SHOWN,
            pictures=pictures or {},
            cards=cards or {},
            cannot_see=CANNOT_SEE,
            script=script,
            script_sha256=b64encode(sha256(script.encode()).digest()).decode(),
        )
    )


def largest_errors_first(videos: Sequence[VideoResult]) -> list[VideoResult]:
    """The videos by the distance of their mean score from the truth; those without a score last."""
    return sorted(videos, key=lambda video: -1.0 if (found := error(video)) is None else found, reverse=True)


def error(video: VideoResult) -> float | None:
    """How far the mean score of a video is from the truth, 0 to 1; None without a score."""
    return None if video.collective is None else abs(video.collective - (video.label == "fake"))


@cache
def _environment() -> Environment:
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, select_autoescape

    from fakefinder.records import render as records_render

    environment = Environment(
        loader=ChoiceLoader(
            [PackageLoader(__package__, "templates"), PackageLoader(records_render.__name__, "templates")]
        ),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "chance": words.chance,
        "colour": colour,
        "counting": words.counting,
        "data_uri": data_uri,
        "ends": words.ends,
        "error": error,
        "group_name": words.group_name,
        "heading": words.heading,
        "line_colour": plots.line_colour,
        "measured": measured,
        "notes": words.notes,
        "reliability": plots.reliability,
        "roc": plots.roc,
        "scored": words.scored,
        "value": words.value,
        "visible": visible,
        "why_not": words.why_not,
    }
    return environment
