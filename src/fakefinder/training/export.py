"""Export: the best weights of a run as a folder that ``fakefinder weights import`` takes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import save
from torch import Tensor

from fakefinder._version import __version__
from fakefinder.training.checkpoint import write_whole
from fakefinder.training.measure import Figures
from fakefinder.training.recipe import TrainingRecipe

RECORD, CARD = "training.json", "README.md"
PACKAGES = ("torch", "timm", "numpy", "opencv-python-headless", "pillow", "av")
"""The libraries whose versions may change what comes out of a run."""
LICENCE_NOTE = (
    "Whether these weights may be passed on, and on which terms, follows from the terms of the data they were trained "
    "on and of the weights that training began with. FakeFinder's own licence says nothing of them."
)


class Source(BaseModel):
    """A file, or a set of files, by its content; ``count`` is the number of files."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    count: int = 1


class TrainingRecord(BaseModel):
    """How weights came about; written beside them as ``training.json``."""

    model_config = ConfigDict(frozen=True)

    detector: str
    weights: Source
    recipe: TrainingRecipe
    recipe_sha256: str
    data: tuple[Source, ...] = Field(description="What it was trained on.")
    started_from: Source | None = Field(description="Weights that training began with; None: random ones.")
    trained_on: int = Field(description="Faces, or crops of faces.")
    held_out: int = Field(description="Faces, or crops of faces, that were never trained on.")
    epoch: int = Field(description="The one whose weights these are, counted from 1.")
    epochs: int = Field(description="Those that were trained.")
    figures: Figures = Field(description="On held-out pairs, of the weights as they are in the file.")
    watched: dict[str, float] = Field(default={}, description="Area under the ROC curve on labelled videos, by name.")
    calibration: dict[str, int | float] = Field(
        default={},
        description="Slope and intercept, and how many rows and positives (fakes) they rest on; a slope_found that is "
        "not positive was not used.",
    )
    seconds: float
    device: str
    fakefinder: str = __version__
    packages: dict[str, str] = Field(default_factory=lambda: {name: version(name) for name in PACKAGES})
    licence_note: str = LICENCE_NOTE


def smaller(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights as they are published: kernels and matrices as float16, the few vectors as float32, no counters."""
    return {
        key: value.to(torch.float16 if value.ndim > 1 else torch.float32).cpu().contiguous()
        for key, value in weights.items()
        if value.is_floating_point()
    }


def restored(published: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """``weights`` with the values that they have in the published file."""
    return {key: published[key].to(value.dtype) if key in published else value for key, value in weights.items()}


def write_export(
    folder: Path, tensors: Mapping[str, Tensor], record: TrainingRecord, papers: Mapping[str, str]
) -> None:
    """Write the weights, the record, a card and further ``papers`` (name to text); an earlier folder is replaced."""
    making = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir()
    write_whole(making / record.weights.name, encoded(tensors))
    write_whole(making / RECORD, (record.model_dump_json(indent=2) + "\n").encode())
    write_whole(making / CARD, card(record).encode())
    for name, text in papers.items():
        write_whole(making / name, text.encode())
    shutil.rmtree(folder, ignore_errors=True)
    making.rename(folder)


def encoded(tensors: Mapping[str, Tensor]) -> bytes:
    """The bytes of a safetensors file, the same for the same tensors."""
    content: bytes = save(dict(sorted(tensors.items())))
    return content


def card(record: TrainingRecord) -> str:
    """What a person should know of the weights, in markdown."""
    started = record.started_from.name if record.started_from else "random weights"
    data = "".join(f"- {one.count} files of `{one.name}`, sha256 of the set {one.sha256}\n" for one in record.data)
    watched = "".join(f"| area under the ROC curve, {name} | {auc:.3f} |\n" for name, auc in record.watched.items())
    calibration = ", ".join(f"{name} {value:.4g}" for name, value in record.calibration.items())
    return f"""# Weights of {record.detector}

`{record.weights.name}`, sha256 {record.weights.sha256}

    fakefinder weights import {record.detector} FOLDER --unlisted

Trained by FakeFinder {record.fakefinder} on {record.trained_on} faces ({record.held_out} more held out) for \
{record.epochs} epochs, of which number {record.epoch} was the best; started from {started}. Calibration: \
{calibration or "none; the logits are taken as they are"}.

## Data

{data}
## Figures

| figure | value |
|---|---|
| log loss on held-out pairs | {record.figures.loss:.4f} |
| area under the ROC curve on held-out pairs | {record.figures.auc:.4f} |
| accuracy on held-out pairs | {record.figures.accuracy:.4f} |
{watched}
Held-out pairs are made in the way of the training pairs, from other faces. How well the detector does on forgeries
made by others is for `fakefinder evaluate` to say.

## Terms

{record.licence_note}
"""
