"""WS-DAN: eight learned attention maps weigh the features of a picture.

Hu et al. 2019, "See Better Before Looking Closer: Weakly Supervised Data Augmentation Network for Fine-Grained Visual
Classification". A second look at what a map marks, as in the paper, is not part of the published detector.
"""

from __future__ import annotations

from collections import OrderedDict

import torch.nn.functional as F
from torch import Tensor, nn

from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch
from fakefinder.nets.xception import xception

ATTENTIONS = 8
LOGIT_SCALE = 100
"""The features have length 1, too short for a linear layer to tell classes apart by."""


def wsdan_xception(outputs: int) -> WsDan:
    """On Xception; its keys are the published ones."""
    return WsDan(xception(0), 2048, outputs)


def wsdan_efficientnet_b3(outputs: int) -> WsDan:
    """On EfficientNet-B3 as in efficientnet_pytorch 0.6.3; loaded with ``from_wsdan_efficientnet_b3`` as key map."""
    return WsDan(efficientnet("b3", 0, padding="0.6.3"), 1536, outputs)


class WsDan(nn.Module):
    """Maps float32 (N, 3, H, W) to logits (N, outputs)."""

    def __init__(self, body: nn.Module, channels: int, outputs: int) -> None:
        """``body`` is timm's, without classifier; its last map has so many ``channels``."""
        super().__init__()
        self.features = body
        conv, norm = nn.Conv2d(channels, ATTENTIONS, 1, bias=False), nn.BatchNorm2d(ATTENTIONS, eps=1e-3)
        self.attentions = nn.Sequential(OrderedDict(conv=conv, bn=norm, relu=nn.ReLU()))
        self.fc = nn.Linear(ATTENTIONS * channels, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.features.forward_features(x)  # type: ignore[operator]
        pooled = bilinear_attention_pooling(features, self.attentions(features))
        logits: Tensor = self.fc(LOGIT_SCALE * pooled)
        return logits


def bilinear_attention_pooling(features: Tensor, attentions: Tensor) -> Tensor:
    """The mean of each feature under each attention map, its root with its sign, at length 1 over all.

    Args:
        features: (N, channels, h, w).
        attentions: (N, maps, h, w).

    Returns:
        (N, maps * channels), the features of one map together.
    """
    per_pixel = attentions.flatten(2) @ features.flatten(2).transpose(1, 2)
    means = (per_pixel / (features.shape[2] * features.shape[3])).flatten(1)
    return F.normalize(means.sign() * (means.abs() + 1e-12).sqrt(), dim=1)


def from_wsdan_efficientnet_b3(published: str) -> str:
    """The key of ``wsdan_efficientnet_b3`` for a published one: ``EFN._bn0.bias`` is ``features.bn1.bias``."""
    body, _, key = published.partition(".")
    return f"features.{from_efficientnet_pytorch('b3')(key)}" if body == "EFN" else published
