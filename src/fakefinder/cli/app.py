"""The Typer application: which commands there are, and how errors reach the user."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Annotated

import typer

from fakefinder._version import __version__
from fakefinder.cli import detectors, doctor, evaluate, scan, train, weights
from fakefinder.cli.exit_codes import ExitCode, of_error
from fakefinder.errors import FakeFinderError

app = typer.Typer(
    name="fakefinder",
    help="Find manipulated faces in video: several published detectors score each video side by side.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("scan")(scan.scan)
app.command("evaluate")(evaluate.evaluate)
app.command("train")(train.train)
app.add_typer(detectors.app, name="detectors")
app.add_typer(weights.app, name="weights")
app.command("doctor")(doctor.doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fakefinder {__version__}")
        raise typer.Exit


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, on stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Find manipulated faces in video: several published detectors score each video side by side."""
    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    else:
        logging.getLogger("fakefinder").addHandler(logging.NullHandler())


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code. User errors become one line and a hint on stderr."""
    try:
        app(args=list(arguments), prog_name="fakefinder")
    except FakeFinderError as error:
        typer.echo(f"Error: {error}", err=True)
        if error.hint:
            typer.echo(f"Hint: {error.hint}", err=True)
        return of_error(error)
    except SystemExit as ended:  # Typer's own end of a command, after wrong usage too
        return int(ended.code or 0)
    return ExitCode.DONE
