"""A detector's card as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from fakefinder.records.card import DetectorCard
from fakefinder.records.measured import MeasuredValue, Measurement
from fakefinder.records.render.words import measured
from fakefinder.records.verdict import AT_CHANCE


def to_markdown(card: DetectorCard) -> str:
    """The card as a Markdown page; fields without a value are left out."""
    facts = {
        "Version": card.version,
        "Recipe": card.recipe,
        "Looks at": card.coverage,
        "Use it for": card.intended_use,
        "Trained on": card.trained_on,
        "Needs": ", ".join(_needs(card)),
        "Code licence": card.code_licence,
        "Weights licence": card.weights_licence if card.needs_weights else "",
        "Cite": card.citation,
        "Home": card.home,
    }
    lines = [f"# {card.name}", "", f"**{card.title}**", "", card.summary, ""]
    lines += [f"- **{name}**: {value}" for name, value in facts.items() if value]
    figures = (f"{figure.value}; {figure.data} ({figure.source})" for figure in card.published)
    lines += _section("How it works", card.details)
    lines += _section("Published figures", figures)
    lines += _measured(card.measured) if card.measured else []
    lines += _section("What it cannot see", card.caveats)
    return "\n".join(lines) + "\n"


def _measured(measurement: Measurement) -> list[str]:
    """The figures as a table, a row for each group of videos; intervals are those of 95 %."""
    rows = [
        "| Data | Genuine | Fake | Scored | AUC | Log loss | Accuracy | Detected | False alarms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for found in (measurement.overall, *measurement.groups):
        values = (found.auc, found.log_loss, found.accuracy, found.detected, found.false_alarm_rate)
        data = f"{found.data} ({AT_CHANCE})" if found.at_chance else found.data
        cells = [data, str(found.real), str(found.fake), str(found.scored), *map(_value, values)]
        rows.append(f"| {' | '.join(cells)} |")
    return ["", "## Measured by this project", "", measured(measurement), "", *rows, *_reliability(measurement)]


def _reliability(measurement: Measurement) -> list[str]:
    """What became of the scores of each range, as a table; nothing where it was not measured."""
    if not measurement.reliability:
        return []
    rows = [
        f"| {one.from_score:.1f} to {one.to_score:.1f} | {one.videos} | {one.mean_score:.2f} | {one.share_fake:.2f} |"
        for one in measurement.reliability
    ]
    head = "| Scores | Videos | Mean score | Share of fakes |"
    said = f"Reliability on {measurement.overall.data}: with good calibration the last two columns are alike."
    return ["", said, "", head, "|---|---|---|---|", *rows]


def _value(value: MeasuredValue | None) -> str:
    return "-" if value is None else f"{value.value:.2f} ({value.low:.2f} to {value.high:.2f})"


def _section(title: str, items: Iterable[str]) -> list[str]:
    bullets = [f"- {item}" for item in items]
    return ["", f"## {title}", "", *bullets] if bullets else []


def _needs(card: DetectorCard) -> list[str]:
    needs = ["moving pictures" if card.needs_video else "one frame or more"]
    return [*needs, "weights"] if card.needs_weights else needs
