"""Training the detector ``blend`` from pictures of real faces: the steps of ``fakefinder train``."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fakefinder.detectors.boken import largest_face_finder
from fakefinder.errors import UsageError
from fakefinder.training import picture_files
from fakefinder.training.checkpoint import LAST, write_whole
from fakefinder.training.examples import HELD_OUT_SEED, BlendedPairs
from fakefinder.training.held_out import held_out
from fakefinder.training.portraits import Portraits, find_portraits
from fakefinder.training.recipe import TrainingRecipe, read_recipe
from fakefinder.training.start import starting_net
from fakefinder.training.trainer import Course
from fakefinder.weights.active import file_sha256

RECIPE, PICTURES = "recipe.toml", "pictures.csv"
LEAST_FACES = 20
"""Fewer faces than this are surely a mistake; a useful detector needs hundreds."""


@dataclass(frozen=True)
class Material:
    """The pictures of a run and their faces, those that are held out apart."""

    pictures: list[picture_files.PictureFile]
    faces: Portraits
    train: Portraits
    held: Portraits


def prepared(folder: Path, recipe: TrainingRecipe) -> None:
    """Make the folder of a run and write its recipe there.

    Raises:
        UsageError: it cannot be written to, or it holds a run with another recipe.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from error
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


def material(
    real: Path, folder: Path, recipe: TrainingRecipe, watch: Callable[[int, int], None] = lambda done, total: None
) -> Material:
    """The faces in the pictures below ``real``; found once and kept in the run's folder.

    Raises:
        UsageError: no pictures, or too few faces in them.
    """
    pictures = picture_files.picture_files(real)
    write_whole(folder / PICTURES, picture_files.to_csv(pictures).encode())
    faces = find_portraits(
        pictures,
        real,
        folder,
        finder=lambda: largest_face_finder("cpu"),
        watch=lambda done: watch(done, len(pictures)),
    )
    if len(faces) < LEAST_FACES:
        raise UsageError(
            f"{len(faces)} of the {len(pictures)} pictures in {real} show a face that can be found; "
            f"at least {LEAST_FACES} are needed.",
            hint="Take portraits of many people, the larger the better; hundreds are needed for a useful detector.",
        )
    held = held_out(faces.sha256s, recipe.held_out_share)
    return Material(
        pictures, faces, train=faces.chosen(lambda sha256: sha256 not in held), held=faces.chosen(held.__contains__)
    )


def blend_course(found: Material, recipe: TrainingRecipe, init: Path | None) -> Course:
    """What ``blend`` is trained on, starting from the file ``init`` or from random weights.

    Raises:
        UsageError: ``init`` does not fit.
    """
    return Course(
        net=starting_net(init, recipe),
        to_input=lambda x: x * 2 - 1,
        train=BlendedPairs(found.train, recipe.input_px, recipe.seed),
        held_out=BlendedPairs(found.held, recipe.input_px, HELD_OUT_SEED),
        identity={
            "recipe": recipe.sha256,
            "set of pictures": picture_files.list_sha256(found.pictures),
            "file to start from": file_sha256(init) if init else "none",
        },
    )
