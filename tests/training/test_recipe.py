"""The recipe: one file of defaults, a file of the user's over it, and errors that name the field."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from fakefinder.detectors.blend.crops import INPUT_SIZE
from fakefinder.errors import UsageError
from fakefinder.training.recipe import DEFAULT_FILE, FINE_TUNE_FILE, default_recipe, read_recipe


@pytest.mark.parametrize("file", [DEFAULT_FILE, FINE_TUNE_FILE])
def test_the_files_in_the_package_say_what_each_field_means(file: str) -> None:
    recipe = default_recipe(file)
    assert recipe.to_toml() == files("fakefinder.training").joinpath(file).read_text()
    assert recipe.input_px == INPUT_SIZE


def test_a_file_goes_over_the_defaults_and_options_over_both(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("epochs = 3\nseed = 5\nsam_rho = 0.05\n")
    mine = read_recipe(tmp_path / "mine.toml", epochs=7, seed=None)
    assert (mine.epochs, mine.seed, mine.sam_rho) == (7, 5, 0.05)
    assert mine.learning_rate == default_recipe().learning_rate
    (tmp_path / "written.toml").write_text(mine.to_toml())
    assert read_recipe(tmp_path / "written.toml") == mine


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epoch = 3", "'epoch'"),
        ("epochs = 0", "'epochs'"),
        ("learning_rate = 'high'", "'learning_rate'"),
        ("epochs", "cannot be read"),
    ],
)
def test_a_wrong_file_is_told_in_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wrong.toml").write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        read_recipe(tmp_path / "wrong.toml")
    assert caught.value.hint
    with pytest.raises(UsageError, match="cannot be read"):
        read_recipe(tmp_path / "absent.toml")


def test_the_hash_covers_what_the_outcome_depends_on() -> None:
    recipe = default_recipe()
    assert recipe.model_copy(update={"workers": 5}).sha256 == recipe.sha256
    assert recipe.model_copy(update={"seed": 5}).sha256 != recipe.sha256
    assert recipe.model_copy(update={"workers": 5, "seed": 5}).differences(recipe) == ["seed 5, not 0"]
