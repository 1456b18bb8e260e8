"""``fakefinder weights``: list, pull, import and verify published weight files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.cli.store import WeightsFolder, open_store
from fakefinder.errors import LicenceNotAccepted, WeightsAltered
from fakefinder.weights.active import REINSTALL

if TYPE_CHECKING:
    from fakefinder.weights.overview import DetectorOverview
    from fakefinder.weights.store import ActiveWeights, Check, Progress, WeightStore

app = typer.Typer(help="Weight files: list, pull, import, verify.", no_args_is_help=True)


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    json = "json"


OutputFormat = Annotated[Format, typer.Option("--format", help="How to print the result.")]


@app.command("list")
def list_weights(weights: WeightsFolder = None, output: OutputFormat = Format.table) -> None:
    """Show each detector's published files, licence, and what is here."""
    from fakefinder.weights.overview import overview

    found = overview(open_store(weights))
    if output is Format.json:
        _print_json([one.model_dump(mode="json") for one in found])
        return
    rows = [
        (one.detector, one.state, one.active or "-", one.origin or "-", _counted(one), _size(one), one.licence)
        for one in found
    ]
    _print_table(("detector", "state", "active", "origin", "files", "size", "licence"), rows)


@app.command()
def pull(
    detectors: Annotated[list[str], typer.Argument(metavar="DETECTOR...", help="Whose weights to fetch.")],
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", help="I have read what the publisher states, and may use these weights."),
    ] = False,
    weights: WeightsFolder = None,
) -> None:
    """Fetch, check and activate published weights. Goes on from where a stopped pull ended."""
    store = open_store(weights)
    for detector in detectors:
        with _progress() as progress:
            made = _pulled(store, detector, accept_licence, progress)
        _tell(made)


@app.command("import")
def import_weights(
    detector: Annotated[str, typer.Argument(help="Whose weights these are.")],
    folder: Annotated[Path, typer.Argument(help="Folder that holds the files under their published names.")],
    version: Annotated[str | None, typer.Option(help="Name of this version; by default made from the content.")] = None,
    unlisted: Annotated[
        bool,
        typer.Option("--unlisted", help="Let in files whose sha256 the catalogue does not list; reports say so."),
    ] = False,
    weights: WeightsFolder = None,
) -> None:
    """Check and activate weight files from a folder: for sites without network, and for fine-tuned weights."""
    made = open_store(weights).import_folder(
        detector, folder, version=version, unlisted=unlisted, check=_strict_check(detector)
    )
    _tell(made)


@app.command()
def verify(
    detector: Annotated[str | None, typer.Argument(help="Whose weights to verify; all by default.")] = None,
    weights: WeightsFolder = None,
    output: OutputFormat = Format.table,
) -> None:
    """Hash every stored file anew and compare with what is on record."""
    checks = open_store(weights).verify(detector)
    if output is Format.json:
        _print_json(
            [
                {"detector": c.detector, "version": c.version, "file": c.file, "origin": c.origin, "problem": c.problem}
                for c in checks
            ]
        )
    else:
        rows = [(c.detector, c.version, c.origin or "-", c.file, c.problem or "ok") for c in checks]
        _print_table(("detector", "version", "origin", "file", "result"), rows)
    bad = [check for check in checks if not check.ok]
    if bad:
        raise WeightsAltered(
            f"{len(bad)} of {len(checks)} stored files are not what is on record.",
            hint=REINSTALL
            if bad[0].origin == "packaged"
            else f"`fakefinder weights pull {bad[0].detector}` fetches published files again.",
        )


def _strict_check(detector: str) -> Check | None:
    from fakefinder.detectors.registry import strict_check

    return strict_check(detector)


def _pulled(store: WeightStore, detector: str, accept_licence: bool, progress: Progress | None) -> ActiveWeights:
    check = _strict_check(detector)
    try:
        return store.pull(detector, accept_licence=accept_licence, progress=progress, check=check)
    except LicenceNotAccepted as error:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        typer.echo(str(error), err=True)
        if not typer.confirm("Do you accept that?", err=True):
            raise
        return store.pull(detector, accept_licence=True, progress=progress, check=check)


def _tell(made: ActiveWeights) -> None:
    typer.echo(f"{made.detector}\t{made.version}\t{len(made.files)} files")
    if made.origin == "packaged":
        typer.echo(f"The weights of {made.detector} come with FakeFinder; there was nothing to fetch.", err=True)
    if made.unlisted:
        typer.echo(f"The catalogue lists no such sha256 for {', '.join(made.unlisted)}; reports will say so.", err=True)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """Draws a bar for each download on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True)) as bars:
        tasks = {}

        def show(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield show


def _counted(one: DetectorOverview) -> str:
    return f"{sum(file.here for file in one.files)}/{len(one.files)}"


def _size(one: DetectorOverview) -> str:
    sizes = [file.bytes for file in one.files]
    known = sum(size for size in sizes if size is not None)
    if not known:
        return "not known"
    return f"{'over ' if None in sizes else ''}{known / 1e6:.1f} MB"


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2))


def _print_table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
