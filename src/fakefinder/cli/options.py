"""Options that several commands share: which detectors, on which device."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from fakefinder.errors import UsageError

if TYPE_CHECKING:
    from fakefinder.weights.store import WeightStore


class Device(StrEnum):
    """Where nets run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


DeviceChoice = Annotated[Device, typer.Option("--device", help="Where nets run.")]

DetectorNames = Annotated[
    str,
    typer.Option(
        "--detector",
        "--detectors",
        "-d",
        help="Names with commas between, or `all`; default: those whose weights you brought, else blend.",
    ),
]


def chosen_detectors(text: str, store: WeightStore) -> list[str]:
    """The names in a ``--detectors`` value, each once; those that are ready where the user did not say.

    Raises:
        UsageError: the value names none.
    """
    from fakefinder.detectors.registry import names, ready

    if text == "all":
        return names()
    chosen = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if text and not chosen:
        raise UsageError("No detector is named.", hint="`fakefinder detectors list` shows them all.")
    return chosen or ready(store)
