"""``fakefinder evaluate``: how right detectors are on videos of which the truth is known."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.cli.exit_codes import ExitCode, of_outcomes
from fakefinder.cli.options import DetectorNames, Device, DeviceChoice, chosen_detectors
from fakefinder.cli.store import WeightsFolder, open_store
from fakefinder.cli.terminal import as_text, progress
from fakefinder.errors import UsageError

if TYPE_CHECKING:
    from fakefinder.evaluation.result import Evaluation, Options


class Format(StrEnum):
    """How the figures are printed."""

    table = "table"
    json = "json"


class Missing(StrEnum):
    """What is made of a video without a score."""

    exclude = "exclude"
    neutral = "neutral"


def evaluate(
    manifest: Annotated[
        Path, typer.Argument(help="csv file with the columns path, label and, optional, group, split.")
    ],
    detector: DetectorNames = "",
    split: Annotated[str | None, typer.Option(help="Only videos of this split.")] = None,
    group: Annotated[str | None, typer.Option(help="Only videos of this group.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Folder for scores and results; default: MANIFEST's name and -evaluation."),
    ] = None,
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="A score from here on counts as a call of fake.")
    ] = 0.5,
    missing: Annotated[
        Missing, typer.Option(help="Leave videos without a score out, or count them with a neutral value.")
    ] = Missing.exclude,
    neutral: Annotated[
        float | None, typer.Option(min=0, max=1, help="That value, with --missing neutral; default: 0.5.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print the figures.")] = Format.table,
    device: DeviceChoice = Device.auto,
    weights: WeightsFolder = None,
) -> None:
    """Score labelled videos and tell how right the detectors are.

    Run the same command again to go on after an interruption. Only what is not scored yet is scanned.
    Writes evaluation.json, evaluation.html and scores.csv into the output folder.

    Exit codes: 0 done, 2 wrong usage, 3 no video could be read, 4 weights missing or altered,
    5 some (video, detector) failed or some video could not be read.
    """
    from fakefinder import evaluation

    rows = evaluation.read_manifest(manifest, split=split, group=group)
    store = open_store(weights)
    chosen = chosen_detectors(detector, store)
    folder = output or Path(f"{manifest.stem}-evaluation")
    options = _options(device, threshold, missing, neutral)
    try:
        with progress(len(rows.rows) * len(chosen)) as watch:
            found = evaluation.evaluate(rows, chosen, folder, store=store, options=options, watch=watch)
    except KeyboardInterrupt:
        typer.echo(f"Stopped. What is scored is in {folder}; the same command goes on from there.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    sys.stdout.write(_rendered(found, format))
    typer.echo(f"evaluation.html, evaluation.json and scores.csv are in {folder}.", err=True)
    typer.echo("The page and reports.jsonl hold pictures of faces from the videos; the other two hold none.", err=True)
    raise typer.Exit(of_outcomes([video.outcomes for video in found.videos]))


def _options(device: Device, threshold: float, missing: Missing, neutral: float | None) -> Options:
    from fakefinder.evaluation import Options

    if neutral is not None and missing is not Missing.neutral:
        raise UsageError("--neutral goes with --missing neutral.", hint="Without it missing scores are left out.")
    return Options(
        device=device.value,
        threshold=threshold,
        missing=missing.value,
        neutral=0.5 if neutral is None else neutral,
    )


def _rendered(found: Evaluation, format: Format) -> str:
    from fakefinder.evaluation import render

    if format is Format.json:
        return render.to_json(found)
    return as_text(render.to_table(found), to_terminal=sys.stdout.isatty())
