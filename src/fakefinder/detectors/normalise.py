"""What nets were trained to take: pixels less a mean, over a standard deviation, channel by channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

Channels = tuple[float, float, float]

IMAGENET_MEAN: Channels = (0.485, 0.456, 0.406)
IMAGENET_STD: Channels = (0.229, 0.224, 0.225)
"""Of ImageNet's training pictures in [0, 1], RGB; the numbers that torchvision's and timm's weights were made with."""


def normalised(x: Tensor, mean: Channels = IMAGENET_MEAN, std: Channels = IMAGENET_STD) -> Tensor:
    """``x`` (N, 3, h, w) in [0, 1] less ``mean``, over ``std``."""
    import torch

    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


def normalised_from_255(pixels: NDArray[np.number[Any]]) -> Tensor:
    """``pixels`` (..., h, w, 3) from 0 to 255, float32 of the same shape, less ImageNet's mean, over its deviation.

    As the albumentations library has it: the product is with a reciprocal.
    """
    import torch

    mean, std = (torch.tensor(values) * 255 for values in (IMAGENET_MEAN, IMAGENET_STD))
    return (torch.from_numpy(pixels).to(torch.float32) - mean) * std.reciprocal()
