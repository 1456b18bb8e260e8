"""TrainingRecipe: every number that a training run rests on, read from and written to TOML."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fakefinder.errors import UsageError

DEFAULT_FILE, FINE_TUNE_FILE = "blend.toml", "fine_tune.toml"
"""What training from pictures of real faces and fine-tuning on labelled videos take by default."""
WITHOUT_EFFECT = frozenset({"workers"})
"""Fields that change how fast a run is and not what comes out of it."""


class TrainingRecipe(BaseModel):
    """All hyperparameters; the descriptions say what each means, ``blend.toml`` the values by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(ge=0, description="Of the first weights, the order of the pictures and everything drawn.")
    epochs: int = Field(ge=1, description="An epoch shows each face once, as a new pair.")
    pairs_per_step: int = Field(ge=1, description="A pair is a real picture and its fake: 16 pairs are 32 pictures.")
    input_px: int = Field(ge=32, description="Side of the pictures that the net is shown.")
    learning_rate: float = Field(gt=0, description="The highest, which the warm-up ends with (AdamW).")
    last_learning_rate: float = Field(ge=0, le=1, description="Where the cosine ends, as a share of learning_rate.")
    warm_up_steps: int = Field(ge=0, description="Steps in which the learning rate grows from 0, in a line.")
    weight_decay: float = Field(ge=0, description="Of AdamW, on matrices and kernels; biases and norms have none.")
    sam_rho: float = Field(ge=0, description="Radius of sharpness-aware minimisation, twice the work; 0 is without.")
    gradient_norm: float = Field(gt=0, description="Longer gradients are cut to this length.")
    label_smoothing: float = Field(ge=0, lt=1, description="Targets are this much nearer to each other than 0 and 1.")
    dropout: float = Field(ge=0, lt=1, description="Share of the last features that a step leaves out.")
    drop_path: float = Field(ge=0, lt=1, description="How often the last block is passed by; earlier ones less often.")
    average_decay: float = Field(ge=0, lt=1, description="Share of the averaged weights that a step leaves as it was.")
    held_out_share: float = Field(gt=0, lt=1, description="Share of the faces that are kept for measuring.")
    held_out_pairs: int = Field(ge=1, description="Pairs made of each of these faces, always the same.")
    patience: int = Field(ge=1, description="Epochs without a lower held-out loss after which training stops.")
    precision: Literal["float32", "bfloat16"] = Field(
        description="Of the arithmetic in training; bfloat16 is quicker where the machine has it. Measured in float32."
    )
    workers: int = Field(ge=0, description="Processes that make pairs beside the one that trains.")

    @property
    def sha256(self) -> str:
        """Of all fields that the outcome depends on."""
        fields = self.model_dump(mode="json", exclude=set(WITHOUT_EFFECT))
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()

    def to_toml(self) -> str:
        """The recipe as a TOML file, each value under what it means."""
        lines = ["# How a net is trained.\n"]
        for name, field in type(self).model_fields.items():
            lines.append(f"\n# {field.description}\n{name} = {json.dumps(getattr(self, name))}\n")
        return "".join(lines)

    def differences(self, other: TrainingRecipe) -> list[str]:
        """The fields in which two recipes differ and that the outcome depends on, as ``epochs 10, not 12``."""
        mine, theirs = self.model_dump(), other.model_dump()
        names = [name for name in mine if mine[name] != theirs[name] and name not in WITHOUT_EFFECT]
        return [f"{name} {mine[name]}, not {theirs[name]}" for name in names]


@cache
def default_recipe(file: str = DEFAULT_FILE) -> TrainingRecipe:
    """One of the recipes that ship with the package."""
    text = files("fakefinder.training").joinpath(file).read_text(encoding="utf-8")
    return TrainingRecipe.model_validate(tomllib.loads(text))


def read_recipe(path: Path | None, default: str = DEFAULT_FILE, **changes: int | None) -> TrainingRecipe:
    """The recipe of a TOML file over a default one, with ``changes`` over both where they are not None.

    Raises:
        UsageError: the file cannot be read, names an unknown field or holds a value out of range.
    """
    given: dict[str, Any] = default_recipe(default).model_dump()
    if path is not None:
        try:
            given |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"The recipe {str(path)!r} cannot be read: {error}.", hint="It is a TOML file.") from error
    given |= {name: value for name, value in changes.items() if value is not None}
    try:
        return TrainingRecipe.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"The recipe's field {field!r} does not fit: {first['msg']}.",
            hint=f"The fields are {', '.join(TrainingRecipe.model_fields)}.",
        ) from error
