"""The weight store that a command works on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.settings import Settings

if TYPE_CHECKING:
    from fakefinder.weights.store import WeightStore

WeightsFolder = Annotated[
    Path | None,
    typer.Option("--weights", metavar="DIR", help="Folder of the weight store (or set FAKEFINDER_WEIGHTS)."),
]


def open_store(folder: Path | None) -> WeightStore:
    """The store in ``folder``, else the one that the settings name."""
    from fakefinder.weights.store import WeightStore

    settings = Settings.from_environment()
    return WeightStore(folder or settings.weights, mirror=settings.weights_mirror)
