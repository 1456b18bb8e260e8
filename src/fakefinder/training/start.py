"""The net that a run starts from: published ImageNet weights, weights of an earlier run, or random ones."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from fakefinder.detectors.blend.calibration import KEYS
from fakefinder.detectors.blend.trainable import BlendTrainable
from fakefinder.detectors.trainable import Trainable
from fakefinder.errors import UsageError, WeightsError
from fakefinder.nets.efficientnet_lite import body_from_imagenet
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.weights.load import load_strict, read_published

_IMAGENET_KEY = "_conv_stem.weight"
"""A key that the published ImageNet weights have, and weights that training has exported have not."""
_HEAD = "classifier."
"""What the keys of the last layer begin with; that of ImageNet's 1000 classes has no use here."""


def starting_net(init: Path | None, recipe: TrainingRecipe) -> nn.Module:
    """An EfficientNet-Lite0 that gives one logit; what ``init`` does not hold is drawn with the recipe's seed.

    Args:
        init: the ImageNet weights as ``tools/fetch_init.py`` writes them, or weights that training has exported.

    Raises:
        UsageError: the file is not there, or is of neither layout.
    """
    net = random_net(BlendTrainable(), recipe)
    if init is not None:
        try:
            tensors = read_published(init)
            if _IMAGENET_KEY in tensors:
                head = {key: value for key, value in net.state_dict().items() if key.startswith(_HEAD)}
                tensors = body_from_imagenet(tensors) | head
            load_strict(net, tensors, ignore=(KEYS,))
        except (OSError, WeightsError) as error:
            raise UsageError(
                f"Training cannot start from {str(init)!r}: {error}",
                hint="`python tools/fetch_init.py FILE` writes the file that --init takes.",
            ) from error
    return net


def random_net(trainable: Trainable, recipe: TrainingRecipe) -> nn.Module:
    """The detector's net on weights that are drawn with the recipe's seed; torch's own dice stay as they are."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(recipe.seed)
        return trainable.net(dropout=recipe.dropout, drop_path=recipe.drop_path)
