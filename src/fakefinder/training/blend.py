"""Training the detector ``blend`` from pictures of real faces: the steps of ``fakefinder train``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from fakefinder.detectors.blend.trainable import BlendTrainable
from fakefinder.detectors.boken import largest_face_finder
from fakefinder.errors import UsageError
from fakefinder.training.checkpoint import write_whole
from fakefinder.training.course import Course
from fakefinder.training.examples import HELD_OUT_SEED, BlendedPairs
from fakefinder.training.export import Source
from fakefinder.training.finish import Origin
from fakefinder.training.held_out import held_out
from fakefinder.training.picture_files import PictureFile, list_sha256, to_csv
from fakefinder.training.portraits import Portraits, find_portraits
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.weights.active import file_sha256

PICTURES = "pictures.csv"
LEAST_FACES = 20
"""Fewer faces than this are surely a mistake; a useful detector needs hundreds."""


@dataclass(frozen=True)
class Material:
    """The pictures below the folder ``root`` and their faces, those that are held out apart."""

    root: Path
    pictures: Sequence[PictureFile]
    faces: Portraits
    train: Portraits
    held: Portraits


def material(
    real: Path,
    pictures: Sequence[PictureFile],
    folder: Path,
    recipe: TrainingRecipe,
    watch: Callable[[int, int], None] = lambda done, total: None,
) -> Material:
    """The faces in the pictures below ``real``; found once and kept in the run's folder.

    Raises:
        UsageError: too few faces.
    """
    write_whole(folder / PICTURES, to_csv(pictures).encode())
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
    train = faces.chosen(lambda sha256: sha256 not in held)
    return Material(real, pictures, faces, train, faces.chosen(held.__contains__))


def blend_origin(found: Material, init: Path | None) -> Origin:
    """What the record of the run tells of its beginning."""
    name = found.root.resolve().name
    return Origin(
        detector="blend",
        data=(Source(name=name, sha256=list_sha256(found.pictures), count=len(found.pictures)),),
        started_from=Source(name=init.name, sha256=file_sha256(init)) if init else None,
        trained_on=len(found.train),
        held_out=len(found.held),
        papers={PICTURES: to_csv(found.pictures)},
    )


def blend_course(net: nn.Module, found: Material, recipe: TrainingRecipe, init: Path | None) -> Course:
    """What ``blend`` is trained on; ``net`` holds the weights of the file ``init``, or random ones."""
    return Course(
        net=net,
        to_input=BlendTrainable().to_input,
        train=BlendedPairs(found.train, recipe.input_px, recipe.seed),
        held_out=BlendedPairs(found.held, recipe.input_px, HELD_OUT_SEED),
        identity={
            "recipe": recipe.sha256,
            "set of pictures": list_sha256(found.pictures),
            "file to start from": file_sha256(init) if init else "none",
        },
    )
