"""``fakefinder detectors``: list, show, check, new."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fakefinder.cli.store import open_store
from fakefinder.errors import DetectorBroken, WeightsMissing

if TYPE_CHECKING:
    from fakefinder.detectors.check import Finding
    from fakefinder.records.card import DetectorCard
    from fakefinder.weights.store import ActiveWeights

app = typer.Typer(no_args_is_help=True, help="The detectors that are installed, and how to add one.")

Name = Annotated[str, typer.Argument(help="Name of a detector.")]


class ListFormat(StrEnum):
    """Formats of ``list``."""

    TABLE = "table"
    JSON = "json"


@app.command("list")
def list_detectors(
    output: Annotated[ListFormat, typer.Option("--format", help="For a person or for a program.")] = ListFormat.TABLE,
) -> None:
    """List the detectors with a line about each."""
    from fakefinder.detectors import registry

    rows = [_row(name) for name in registry.names()]
    if output is ListFormat.JSON:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        _print_rows(rows)


@app.command()
def show(name: Name) -> None:
    """Print a detector's card as Markdown."""
    from fakefinder.detectors import registry
    from fakefinder.records.render import to_markdown

    typer.echo(to_markdown(registry.detector_class(name).card), nl=False)


@app.command()
def check(
    name: Name,
    video: Annotated[
        Path | None,
        typer.Option(help="A video with a face, on which the detector must give a score.", exists=True, dir_okay=False),
    ] = None,
    weights: Annotated[Path | None, typer.Option(help="Folder of the weight store.", file_okay=False)] = None,
) -> None:
    """Run the contract suite on a detector: a line for each check."""
    from fakefinder.detectors import registry
    from fakefinder.detectors.check import breaches, check_detector

    found = registry.detector_class(name)
    findings = check_detector(found, weights=_weights_of(found.card, weights), face_video=video)
    _print_findings(findings)
    broken = breaches(findings)
    if broken:
        raise DetectorBroken(
            f"Detector {name!r} breaks its contract in {len(broken)} of {len(findings)} checks.", hint=""
        )


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Name of the new detector: small letters, digits and _.")],
    folder: Annotated[Path, typer.Option(help="Where the plugin's folder is made.", file_okay=False)] = Path(),
) -> None:
    """Write a plugin package with one working detector and its test."""
    from fakefinder.detectors.scaffold import new_plugin

    root = new_plugin(name, folder)
    typer.echo(root)
    typer.echo(f"Next: `uv pip install --no-deps -e {root}`, then `fakefinder detectors check {name}`.", err=True)


def _row(name: str) -> dict[str, Any]:
    """The card as plain values, or the name with what is wrong with its package."""
    from fakefinder.detectors import registry

    try:
        return registry.detector_class(name).card.model_dump(mode="json")
    except DetectorBroken as error:
        return {"name": name, "broken": str(error)}


def _print_rows(rows: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Name", "What it is", "Needs", "Licence of the weights", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        if "broken" in row:
            table.add_row(row["name"], Text(f"broken: {row['broken']}", style="red"))
            continue
        needs = [word for word in ("video", "weights") if row[f"needs_{word}"]]
        licence = row["weights_licence"] if row["needs_weights"] else ""
        table.add_row(*(Text(text) for text in (row["name"], row["title"], ", ".join(needs), licence)))
    Console().print(table)


def _weights_of(card: DetectorCard, folder: Path | None) -> ActiveWeights | None:
    """The active weights, or None where the detector needs none or has none here."""
    if not card.needs_weights:
        return None
    try:
        return open_store(folder).active(card.name)
    except WeightsMissing:
        return None


def _print_findings(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.text import Text

    styles = {"passed": "green", "failed": "bold red", "not_checked": "yellow"}
    for finding in findings:
        outcome = Text(f"{finding.outcome.replace('_', ' '):12}", style=styles[finding.outcome])
        Console().print(outcome + Text(f"{finding.check:14} {finding.message}", style="default"), soft_wrap=True)
