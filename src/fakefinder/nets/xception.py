"""Xception (Chollet 2017) as in Cadene's pretrained-models library, on whose weights published detectors were trained.

The body and the names of its layers are those of timm's ``legacy_xception``.
"""

from __future__ import annotations

import timm
from torch import nn


def xception(outputs: int) -> nn.Module:
    """A net that maps float32 (N, 3, H, W) to logits (N, outputs); batch norm eps 1e-5, weights random.

    Its ``forward_features`` gives the last map, (N, 2048, H / 32, W / 32), after its ReLU.
    """
    net: nn.Module = timm.create_model("legacy_xception", pretrained=False, num_classes=outputs)
    return net


def from_cadene(published: str) -> str:
    """The net's name for a key of Cadene's layout: ``last_linear.bias`` is ``fc.bias``, all others are equal.

    A bare ``fc`` is not of that layout; it is renamed so that strict loading names it.
    """
    layer, _, parameter = published.partition(".")
    return {"last_linear": "fc", "fc": "?.fc"}.get(layer, layer) + "." + parameter
