"""The folder of a run: made, and refused where it holds a run with another recipe."""

from __future__ import annotations

import os
from pathlib import Path

from fakefinder.errors import UsageError
from fakefinder.training.checkpoint import LAST, write_whole
from fakefinder.training.recipe import TrainingRecipe, read_recipe

RECIPE = "recipe.toml"


def prepared(folder: Path, recipe: TrainingRecipe) -> None:
    """Make the folder of a run and write its recipe there.

    Raises:
        UsageError: it cannot be written to, or it holds a run with another recipe.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "Name another with --out."
        raise UsageError(f"The folder {str(folder)!r} cannot be made: {error.strerror}.", hint=hint) from error
    if not os.access(folder, os.W_OK):
        raise UsageError(f"The folder {str(folder)!r} cannot be written to.", hint="Name another with --out.")
    if (folder / LAST).is_file() and (folder / RECIPE).is_file():
        differing = recipe.differences(read_recipe(folder / RECIPE))
        if differing:
            raise UsageError(
                f"{folder} holds a run with another recipe: {'; '.join(differing)}.",
                hint="Name another folder with --out, or repeat the command that began that run.",
            )
    write_whole(folder / RECIPE, recipe.to_toml().encode())
