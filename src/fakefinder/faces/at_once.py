"""answers: what a face net says of several pictures, those of one size at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from fakefinder.nets.compile import CompiledNet


def answers(net: CompiledNet, inputs: Sequence[Tensor]) -> list[list[NDArray[np.float32]]]:
    """For each input, float32 (1, 3, H, W), the net's outputs without the batch axis.

    Successive inputs of one size go through the net together.
    """
    import torch

    found = []
    for _, of_one_size in groupby(inputs, key=lambda x: x.shape):
        batch = torch.cat(list(of_one_size))
        outputs = [part.numpy() for part in net(batch)]
        found += [[part[i] for part in outputs] for i in range(len(batch))]
    return found
