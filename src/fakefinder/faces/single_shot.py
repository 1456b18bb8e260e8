"""What the single-shot face nets RetinaFace and DSFD share: their input, running them, boxes from their answers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakefinder.media.video import RGB

if TYPE_CHECKING:
    from torch import Tensor

    from fakefinder.nets.compile import CompiledNet

Floats = NDArray[np.float32]

EXAMPLE_SHAPE = (3, 64, 96)
"""An input of the nets, to compile them with; pictures may have any size."""
BGR_MEAN = np.array((104, 117, 123), np.float32)
"""Of ImageNet, as it came with the Caffe library; both families were trained with it."""
CENTRE_VARIANCE = np.float32(0.1)
SIZE_VARIANCE = np.float32(0.2)
"""Of the SSD family (Liu et al. 2016, "SSD: Single Shot MultiBox Detector"), to which both belong."""


def bgr_less_mean(rgb: RGB) -> Tensor:
    """A picture as float32 (1, 3, H, W), channels BGR less their mean."""
    import torch

    bgr = rgb[..., ::-1].astype(np.float32) - BGR_MEAN
    return torch.from_numpy(np.ascontiguousarray(bgr.transpose(2, 0, 1)))[None]


def answers(net: CompiledNet, inputs: Sequence[Tensor]) -> list[list[Floats]]:
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


def decode_boxes(priors: Floats, loc: Floats) -> Floats:
    """Boxes xyxy, float32 (n, 4), as fractions of the net's input; they may leave [0, 1].

    Args:
        priors: centre x, centre y, width and height as fractions of the net's input, (n, 4).
        loc: shift of the centre in prior sides and logarithm of the growth of the sides, over the variances, (n, 4).
    """
    centres = priors[:, :2] + loc[:, :2] * CENTRE_VARIANCE * priors[:, 2:]
    sides = priors[:, 2:] * np.exp(loc[:, 2:] * SIZE_VARIANCE)
    corners = centres - sides / 2
    return np.concatenate((corners, corners + sides), axis=1)
