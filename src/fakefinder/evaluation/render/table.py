"""An evaluation as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fakefinder.evaluation.render import words
from fakefinder.evaluation.result import Evaluation, Figure, Figures, GroupResult, Pair
from fakefinder.records.render.words import CANNOT_SEE_SHORT, visible

_HEADINGS = ("Scored", "AUC", "Log loss", "Brier", "EER", "ECE", "Accuracy", "Detected", "False alarms")


def to_table(evaluation: Evaluation) -> RenderableType:
    """Figures of each detector, of each group, and of each pair of detectors. For ``rich``'s console."""
    parts: list[RenderableType] = [Text(words.heading(evaluation), style="bold"), _overall(evaluation)]
    if any(result.groups for result in evaluation.detectors):
        parts.append(_groups(evaluation))
    if evaluation.pairs:
        parts.append(_pairs(evaluation.pairs))
    parts += [Text(line) for line in (*_remarks(evaluation), *words.counting(evaluation))]
    return Group(*parts, *(Text(note, style="dim") for note in (*words.notes(evaluation), CANNOT_SEE_SHORT)))


def _overall(evaluation: Evaluation) -> Table:
    table = _table("Detector", *_HEADINGS)
    for result in words.results(evaluation):
        table.add_row(Text(visible(result.name)), *_cells(result.overall))
    return table


def _groups(evaluation: Evaluation) -> Table:
    table = _table("Group", "Detector", "Real", "Fake", "Scored", "AUC", "Log loss", "Detected", "False alarms")
    results = words.results(evaluation)
    for of_one_group in zip(*(result.groups for result in results), strict=True):
        for result, one in zip(results, of_one_group, strict=True):
            found = one.figures
            cells = (found.auc, found.log_loss, found.tpr, found.false_alarm_rate)
            counts = str(found.real), str(found.fake), _short(words.scored(one.coverage))
            table.add_row(Text(words.group_name(one)), Text(visible(result.name)), *counts, *map(_cell, cells))
    return table


def _pairs(pairs: Sequence[Pair]) -> Table:
    table = _table(
        "Detectors",
        "Videos",
        "Pearson",
        "Spearman",
        "Both fake",
        "Both real",
        "Only first fake",
        "Only second",
        "Kappa",
    )
    for one in pairs:
        table.add_row(
            Text(visible(f"{one.first}, {one.second}")),
            str(one.videos),
            _number(one.pearson),
            _number(one.spearman),
            *map(str, (one.both_fake, one.both_real, one.only_first_fake, one.only_second_fake)),
            _number(one.kappa),
        )
    return table


def _remarks(evaluation: Evaluation) -> Iterator[str]:
    """What is to be said of each detector: where its AUC stands, and which videos have no score."""
    for result in words.results(evaluation):
        yield f"{visible(result.name)}: AUC: {words.chance(result.overall.figures.auc)}."
        if missing := words.why_not(result.overall.coverage):
            filled = result.overall.figures.filled
            counted = f"; {filled} of them count with the neutral value" if filled else ""
            yield f"{visible(result.name)}: no score: {missing}{counted}."


def _cells(result: GroupResult) -> list[Text | str]:
    return [_short(words.scored(result.coverage)), *map(_cell, _figures(result.figures))]


def _figures(found: Figures) -> tuple[Figure, ...]:
    """The figures in the order of the headings."""
    return (
        found.auc,
        found.log_loss,
        found.brier,
        found.eer,
        found.ece,
        found.accuracy,
        found.tpr,
        found.false_alarm_rate,
    )


def _cell(figure: Figure) -> Text:
    ends = words.ends(figure)
    return Text(_short(words.value(figure))).append(f"\n{_short(ends)}" if ends else "", style="dim")


def _short(text: str) -> str:
    """As ``12 of 20`` and ``0.52 to 0.88`` fit into columns: ``12/20``, ``0.52-0.88``."""
    return text.replace(" of ", "/").replace(" to ", "-")


def _number(value: float | None) -> str:
    return words.NOTHING if value is None else f"{value:.2f}"


def _table(first: str, *headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "Detector" else "right", overflow="fold")
    return table
