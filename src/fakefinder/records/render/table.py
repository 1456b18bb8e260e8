"""Reports as a table for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakefinder.records.render.words import (
    CANNOT_SEE_SHORT,
    clock,
    coverage_words,
    explanation,
    reading_in,
    video_facts,
    visible,
)
from fakefinder.records.report import Evidence, Level, Report
from fakefinder.records.verdict import AT_CHANCE, WORDS, level_of

_STYLES: dict[Level, str] = {
    "likely_fake": "bold red",
    "uncertain": "bold yellow",
    "likely_real": "bold blue",
    "undetermined": "bold",
}


def to_table(reports: Sequence[Report]) -> RenderableType:
    """One video in full; several as one line each, with a column for each detector. For ``rich``'s console."""
    if not reports:
        return Text("No video was scored.")
    parts = _one(reports[0]) if len(reports) == 1 else _several(reports)
    return Group(*parts, Text(CANNOT_SEE_SHORT, style="dim"))


def _one(report: Report) -> list[RenderableType]:
    table = Table("Detector", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Score", justify="right")
    for heading in ("Reading", "Looked at"):
        table.add_column(heading, overflow="fold")
    table.add_column("Seconds", justify="right")
    for evidence in report.evidence:
        name, seconds = Text(visible(evidence.detector)), Text(f"{evidence.seconds:.1f}")
        score, said = _score(evidence.score, _level(report, evidence)), _reading(report, evidence)
        table.add_row(name, score, said, _looked_at(evidence), seconds)
    verdict = Text(WORDS[report.verdict.level].capitalize(), style=_STYLES[report.verdict.level])
    if report.verdict.score is not None:
        verdict.append(f"  {report.verdict.score:.2f}")
    return [
        Text(visible(report.video.name), style="bold"),
        Text(" · ".join(video_facts(report.video)), style="dim"),
        table,
        verdict,
        Text(report.verdict.sentence),
    ]


def _several(reports: Sequence[Report]) -> list[RenderableType]:
    names = list(dict.fromkeys(one.detector for report in reports for one in report.evidence))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Video", overflow="fold")
    for name in (*names, "Mean"):
        table.add_column(Text(visible(name)), justify="right", overflow="fold")
    table.add_column("Verdict")
    for report in reports:
        by_name = {one.detector: one for one in report.evidence}
        cells = [_score_or_reason(report, by_name.get(name)) for name in names]
        level = report.verdict.level
        mean, verdict = _score(report.verdict.score, level), Text(WORDS[level], _STYLES[level])
        table.add_row(Text(visible(report.video.name)), *cells, mean, verdict)
    return [table, *_notes(reports), *_void(reports)]


def _notes(reports: Sequence[Report]) -> list[Text]:
    """Each reason for a missing score once, with the number of videos it holds for."""
    counted = Counter(
        (one.detector, one.reason or "", explanation(one))
        for report in reports
        for one in report.evidence
        if one.score is None
    )
    return [
        Text(f"{visible(detector)}: {visible(reason)}: {sentence}" + (f" ({number} videos)" if number > 1 else ""))
        for (detector, reason, sentence), number in counted.items()
    ]


def _void(reports: Sequence[Report]) -> list[Text]:
    """Each detector whose scores tell nothing, once."""
    names = dict.fromkeys(name for report in reports for name in report.verdict.at_chance)
    return [Text(f"{visible(name)}: {AT_CHANCE}; where it alone scored, nothing follows.") for name in names]


def _level(report: Report, evidence: Evidence) -> Level:
    """The band of a detector's score; ``uncertain`` where it is no better than chance."""
    if evidence.score is None:
        return "undetermined"
    return "uncertain" if evidence.detector in report.verdict.at_chance else level_of(evidence.score)


def _score(score: float | None, level: Level) -> Text:
    return Text("-") if score is None else Text(f"{score:.3f}", style=_STYLES[level])


def _score_or_reason(report: Report, evidence: Evidence | None) -> Text:
    if evidence is None:
        return Text("")
    if evidence.score is not None:
        return _score(evidence.score, _level(report, evidence))
    return Text(visible(evidence.reason or ""), style="red" if evidence.status == "failed" else "dim")


def _reading(report: Report, evidence: Evidence) -> Text:
    if evidence.score is not None:
        return Text(reading_in(report, evidence), style=_STYLES[_level(report, evidence)])
    style = "red" if evidence.status == "failed" else ""
    return Text(f"{evidence.status}: {explanation(evidence)}", style=style)


def _looked_at(evidence: Evidence) -> Text:
    coverage = evidence.coverage
    if coverage is None:
        return Text("")
    return Text(f"{clock(coverage.from_seconds)} - {clock(coverage.to_seconds)}, {coverage_words(evidence)}")
