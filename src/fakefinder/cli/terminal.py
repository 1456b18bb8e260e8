"""What commands show on a terminal: tables as text, and a bar while they work."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from fakefinder.scan import Step

_PLAIN_WIDTH = 120
"""Columns of a table that does not go to a terminal."""


def as_text(table: RenderableType, *, to_terminal: bool) -> str:
    """The table as wide as the terminal and in colour, or plain."""
    from rich.console import Console

    console = Console() if to_terminal else Console(width=_PLAIN_WIDTH, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


@contextmanager
def progress(total: int) -> Iterator[Callable[[Step], None]]:
    """A bar on stderr over all (video, detector), where stderr is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from fakefinder.records.render.words import visible

    console = Console(stderr=True)
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def watch(step: Step) -> None:
            ended = step.state not in ("loading", "scoring")
            bar.update(
                task, description=f"{visible(step.video)}: {step.detector} {step.state}", advance=1 if ended else 0
            )

        yield watch
