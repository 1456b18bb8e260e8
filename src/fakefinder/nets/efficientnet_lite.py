"""EfficientNet-Lite0: EfficientNet-B0 without squeeze-and-excitation and with ReLU6, made for small machines.

The body is timm's ``tf_efficientnet_lite0``. Its blocks are those of B0, so that weights in the layout of
efficientnet_pytorch come in by B0's key map.
"""

from __future__ import annotations

from collections.abc import Mapping

import timm
from torch import Tensor, nn

from fakefinder.nets.efficientnet import from_efficientnet_pytorch

HEAD_STD = 0.01
"""Of the weights of a new last layer; the default for one output gives logits of several units before training."""


def efficientnet_lite0(outputs: int = 1, *, dropout: float = 0.0, drop_path: float = 0.0) -> nn.Module:
    """A net that maps float32 (N, 3, H, W) in [-1, 1] to logits (N, outputs); weights random.

    Args:
        outputs: width of the last layer.
        dropout: share of features dropped before the last layer, in training.
        drop_path: greatest share of residual branches left out, in training.
    """
    net: nn.Module = timm.create_model(
        "tf_efficientnet_lite0", num_classes=outputs, drop_rate=dropout, drop_path_rate=drop_path
    )
    assert isinstance(net.classifier, nn.Linear)
    nn.init.normal_(net.classifier.weight, std=HEAD_STD)
    nn.init.zeros_(net.classifier.bias)
    return net


def body_from_imagenet(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The parameters below the last layer, by this net's keys, from the published ImageNet checkpoint.

    ``published`` is in the layout of efficientnet_pytorch, as is ``efficientnet-lite0-57934424.pth`` (ML Illustrated,
    Apache-2.0, converted from Google's TensorFlow release of 2020).
    """
    rename = from_efficientnet_pytorch("b0")
    return {rename(key): tensor for key, tensor in published.items() if not key.startswith("_fc.")}
