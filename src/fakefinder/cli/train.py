"""``fakefinder train``: a detector from pictures of real faces, or one fine-tuned on labelled videos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.cli.exit_codes import ExitCode
from fakefinder.cli.options import Device, DeviceChoice
from fakefinder.cli.store import WeightsFolder, open_store
from fakefinder.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from fakefinder.training.course import Progress
    from fakefinder.training.export import TrainingRecord
    from fakefinder.training.history import EpochRecord
    from fakefinder.training.videos import LabelledVideo
    from fakefinder.weights.active import ActiveWeights


def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run; a stopped one goes on from there.")],
    real: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Train blend on these pictures of real faces.")
    ] = None,
    fine_tune: Annotated[str, typer.Option(metavar="DETECTOR", help="Train this detector further, on --data.")] = "",
    data: Annotated[
        Path | None, typer.Option(metavar="MANIFEST", help="csv file of labelled videos to fine-tune on.")
    ] = None,
    init: Annotated[Path | None, typer.Option(metavar="FILE", help="Weights to start from, with --real.")] = None,
    recipe: Annotated[
        Path | None, typer.Option(metavar="FILE", help="TOML file, goes over the default recipe.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    tune: Annotated[
        list[Path] | None,
        typer.Option(metavar="MANIFEST", help="csv file of labelled videos to watch and calibrate with."),
    ] = None,
    tune_split: Annotated[str | None, typer.Option(help="Only videos of --tune with this split.")] = None,
    device: DeviceChoice = Device.auto,
    weights: WeightsFolder = None,
) -> None:
    """Train the detector blend on pictures of real faces, or train a detector further on labelled videos.

    Ctrl-C saves and stops; the same command goes on. Exit codes: 0 done, 2 wrong usage, 4 weights missing or altered,
    130 stopped.
    """
    from fakefinder.nets.device import resolve
    from fakefinder.training.recipe import DEFAULT_FILE, FINE_TUNE_FILE, read_recipe
    from fakefinder.training.run import Run

    if (real is None) == (not fine_tune) or (data is None) == bool(fine_tune) or (init and fine_tune):
        hint = "Give --real FOLDER, or --fine-tune DETECTOR with --data MANIFEST."
        raise UsageError("What is to be trained is not clear.", hint=hint)
    chosen = read_recipe(recipe, FINE_TUNE_FILE if fine_tune else DEFAULT_FILE, epochs=epochs, seed=seed)
    tune_videos = {_name(path): [video for video, _ in _videos(path, tune_split)] for path in tune or ()}
    with _Screen() as screen:
        run = Run(out, chosen, resolve(device.value), screen)
        if data is None:
            assert real is not None, "checked above"
            made = run.train_blend(real, init, tune_videos)
        else:
            made = run.fine_tune(_active(fine_tune, weights), _videos(data, None), tune_videos)
    _tell(made, out)


def _active(detector: str, weights: Path | None) -> ActiveWeights:
    from fakefinder.training.fine_tune import trainable_of

    trainable_of(detector, "cpu")  # says so where the detector is unknown or cannot be trained, whatever its weights
    return open_store(weights).active(detector)


def _videos(manifest: Path, split: str | None) -> list[tuple[LabelledVideo, str]]:
    """The videos of a manifest with their splits; those of another split than the one asked for are not looked at."""
    from fakefinder.evaluation.manifest import read_manifest
    from fakefinder.training.videos import LabelledVideo

    rows = read_manifest(manifest, split=split).rows
    return [(LabelledVideo(row.path, row.file, row.label == "fake", row.group), row.split) for row in rows]


def _name(manifest: Path) -> str:
    return f"{manifest.resolve().parent.name}/{manifest.stem}"


def _tell(made: TrainingRecord | None, out: Path) -> None:
    if made is None:
        typer.echo("Stopped and saved. The same command goes on from here.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED)
    folder = out / "weights"
    figures = made.figures
    typer.echo(f"{folder}\tepoch {made.epoch} of {made.epochs}\tloss {figures.loss:.4f}\tAUC {figures.auc:.4f}")
    typer.echo(f"Hint: `fakefinder weights import {made.detector} {folder} --unlisted` puts it to use.", err=True)


class _Screen:
    """Tells on stderr how a run goes: a line for each epoch, and a bar where that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        self._bar: Bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> _Screen:
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def said(self, sentence: str) -> None:
        typer.echo(sentence, err=True)

    def searched(self, done: int, total: int) -> None:
        self._bar.update(self._task, description="Looking for faces", completed=done, total=total)

    def trained(self, seen: Progress | EpochRecord) -> None:
        from fakefinder.training.history import EpochRecord

        if isinstance(seen, EpochRecord):
            typer.echo(seen.line(), err=True)
        else:
            done, total = (seen.epoch - 1) * seen.steps + seen.step, seen.epochs * seen.steps
            self._bar.update(self._task, description="Training", completed=done, total=total)
