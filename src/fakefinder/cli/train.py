"""``fakefinder train``: a detector from pictures of real faces."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.cli.exit_codes import ExitCode
from fakefinder.cli.options import Device

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fakefinder.training.blend import Material
    from fakefinder.training.history import EpochRecord
    from fakefinder.training.trainer import Watch


def train(
    real: Annotated[Path, typer.Option(metavar="FOLDER", help="Pictures of real faces, one person each.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the run; a stopped one goes on from there.")],
    init: Annotated[Path | None, typer.Option(metavar="FILE", help="Weights to start from.")] = None,
    recipe: Annotated[Path | None, typer.Option(metavar="FILE", help="TOML file over the default recipe.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    device: Annotated[Device, typer.Option(help="Where the net is trained.")] = Device.auto,
) -> None:
    """Train the detector blend on pictures of real faces alone.

    Ctrl-C saves and stops; the same command goes on. Exit codes: 0 done, 2 wrong usage, 130 stopped.
    """
    from fakefinder.nets.device import resolve
    from fakefinder.training.blend import blend_course, material, prepared
    from fakefinder.training.recipe import read_recipe
    from fakefinder.training.trainer import Trainer

    chosen = read_recipe(recipe, epochs=epochs, seed=seed)
    on = resolve(device.value)
    prepared(out, chosen)
    with _bar("Looking for faces") as watch:
        found = material(real, out, chosen, watch)
    _tell(found, init)
    with _epochs() as watch_epochs:
        finished = Trainer(blend_course(found, chosen, init), chosen, out, device=on, watch=watch_epochs).run()
    if not finished:
        typer.echo("Stopped and saved. The same command goes on from here.", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED)
    typer.echo(str(out))


def _tell(found: Material, init: Path | None) -> None:
    without = len(found.faces.without("no_face")), len(found.faces.without("unreadable"))
    typer.echo(
        f"{len(found.pictures)} pictures: {len(found.train)} faces to train on, {len(found.held)} held out; "
        f"{without[0]} without a face, {without[1]} unreadable.",
        err=True,
    )
    if init is None:
        typer.echo("Hint: without --init the net starts from random weights and needs far more faces.", err=True)


@contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _epochs() -> Iterator[Watch]:
    """A bar for the steps on a terminal, and a line on stderr for each epoch."""
    from fakefinder.training.trainer import Progress

    with _bar("Training") as bar:

        def watch(seen: Progress | EpochRecord) -> None:
            if isinstance(seen, Progress):
                bar((seen.epoch - 1) * seen.steps + seen.step, seen.epochs * seen.steps)
            else:
                typer.echo(seen.line(), err=True)

        yield watch
