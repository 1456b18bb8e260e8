"""The learning rate of each step."""

from __future__ import annotations

from math import cos, pi

from fakefinder.training.recipe import TrainingRecipe


def learning_rate(step: int, steps: int, recipe: TrainingRecipe) -> float:
    """The rate of ``step`` (counted from 0) of ``steps``: a line upwards, then half a cosine downwards.

    With 10 steps of which 2 warm up, a rate of 1 and a last rate of 0: 0.5, 1, 1, 0.96, 0.85, 0.69, 0.5, ...
    A warm-up that is longer than the run is cut at its end.
    """
    warm_up = min(recipe.warm_up_steps, steps)
    if step < warm_up:
        return recipe.learning_rate * (step + 1) / warm_up
    done = (step - warm_up) / max(1, steps - warm_up)
    share = recipe.last_learning_rate + (1 - recipe.last_learning_rate) * (1 + cos(pi * done)) / 2
    return recipe.learning_rate * share
