"""Reports as one self-contained web page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from fakefinder.records.card import DetectorCard
from fakefinder.records.render import timeline, words
from fakefinder.records.report import Evidence, Report, TrackScore
from fakefinder.records.verdict import LIKELY_FAKE_FROM, LIKELY_REAL_TO, WORDS

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_TRACKS_SHOWN = 12
"""Faces drawn for each detector; the JSON report holds them all."""

_JPEG_START = b"\xff\xd8\xff"


def to_html(reports: Sequence[Report], cards: Mapping[str, DetectorCard] | None = None) -> str:
    """A page that needs nothing from elsewhere: no scripts, no requests, for screen, phone and paper.

    Args:
        reports: One for each video, in the order in which they are shown.
        cards: Cards of the detectors by name; titles and caveats are taken from them.
    """
    return _template().render(
        reports=[_Section(number, report) for number, report in enumerate(reports, start=1)],
        cards=cards or {},
        cannot_see=words.CANNOT_SEE,
        cannot_see_short=words.CANNOT_SEE_SHORT,
        bands=(LIKELY_REAL_TO, LIKELY_FAKE_FROM),
        tracks_shown=_TRACKS_SHOWN,
    )


@dataclass(frozen=True)
class _Section:
    """One report with what the page derives from it."""

    number: int
    report: Report

    @property
    def with_tracks(self) -> list[Evidence]:
        return [one for one in self.report.evidence if one.tracks]

    @property
    def with_coverage(self) -> list[Evidence]:
        return [one for one in self.report.evidence if one.coverage]

    @property
    def end_seconds(self) -> float:
        """Where the video ends; the last moment that was looked at if the duration is not known."""
        seen = [one.coverage.to_seconds for one in self.with_coverage if one.coverage]
        return max([self.report.video.duration_seconds or 0.0, *seen])

    def reading(self, evidence: Evidence) -> str:
        return words.reading_in(self.report, evidence)

    def chart(self, track: TrackScore) -> Markup:
        return timeline.score_over_time(track.frames, from_seconds=0.0, to_seconds=self.end_seconds)

    def bar(self, evidence: Evidence) -> Markup | str:
        return timeline.coverage_bar(evidence.coverage, self.end_seconds) if evidence.coverage else ""


def data_uri(jpeg: bytes | None) -> str:
    """The picture as a ``data:`` address, or an empty text where it is missing or no JPEG."""
    if not jpeg or not jpeg.startswith(_JPEG_START):
        return ""
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clock": words.clock,
        "colour": timeline.colour,
        "coverage_words": words.coverage_words,
        "data_uri": data_uri,
        "explanation": words.explanation,
        "facts": words.video_facts,
        "level": lambda level: WORDS[level],
        "measured": words.measured,
        "reading": words.reading,
        "visible": words.visible,
    }
    return environment.get_template("report.html")
