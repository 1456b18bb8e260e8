from __future__ import annotations

import pytest

from fakefinder.training.recipe import read_recipe
from fakefinder.training.schedule import learning_rate


def test_a_line_and_then_half_a_cosine() -> None:
    """By hand: cos(pi * n / 8) for n = 0 to 7 after two steps of warm-up; the last rate is a tenth."""
    recipe = read_recipe(None).model_copy(update={"learning_rate": 2.0, "last_learning_rate": 0.1, "warm_up_steps": 2})
    cosines = [1, 0.92388, 0.70711, 0.38268, 0, -0.38268, -0.70711, -0.92388]
    expected = [1.0, 2.0, *(2 * (0.1 + 0.9 * (1 + cosine) / 2) for cosine in cosines)]
    assert [learning_rate(step, 10, recipe) for step in range(10)] == pytest.approx(expected, abs=1e-4)
    assert expected[6] == pytest.approx(1.1)


def test_a_warm_up_longer_than_the_run_ends_with_it() -> None:
    recipe = read_recipe(None).model_copy(update={"learning_rate": 1.0, "warm_up_steps": 100})
    assert [learning_rate(step, 4, recipe) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]
