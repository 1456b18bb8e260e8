"""docs/train.md names every option of the command and every field of the recipe."""

from __future__ import annotations

from pathlib import Path

from typer.main import get_command

from fakefinder.cli.app import app
from fakefinder.training.recipe import TrainingRecipe

PAGE = (Path(__file__).parents[2] / "docs" / "train.md").read_text(encoding="utf-8")


def test_every_option_is_documented() -> None:
    command = get_command(app).commands["train"]  # type: ignore[attr-defined]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {option for option in options if f"`{option} " not in PAGE} == set()


def test_every_field_of_the_recipe_is_documented_in_its_own_words() -> None:
    for name, field in TrainingRecipe.model_fields.items():
        assert f"| `{name}` | {field.description} |" in PAGE
