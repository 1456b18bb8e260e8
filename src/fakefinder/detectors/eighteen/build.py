"""The published nets without their weights, and what their files call the parameters. Imports torch."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn
from torchvision.models import resnet34

from fakefinder.detectors.eighteen.published import CLIP_NETS, FACE_FINDER, FRAME_NETS, Body
from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch
from fakefinder.nets.retinaface import retinaface
from fakefinder.nets.slowfast import SlowFast50
from fakefinder.nets.xception import xception

KeyMap = Callable[[str], str] | None


def empty_net(file: str) -> tuple[nn.Module, KeyMap]:
    """The net of a published file, weights random, and what turns the file's keys into the net's."""
    if file == FACE_FINDER:
        return retinaface("mobilenet0.25"), None
    if file in CLIP_NETS:
        return SlowFast50(2), None
    (body,) = [net.body for net in FRAME_NETS if net.file == file]
    return _frame_net(body)


def _frame_net(body: Body) -> tuple[nn.Module, KeyMap]:
    if body == "xception":
        return xception(2), without_wrapper
    if body == "resnet34":
        return resnet34(num_classes=2), None
    return efficientnet(body, 2, padding="0.6.3"), from_efficientnet_pytorch(body)


def without_wrapper(published: str) -> str:
    """The net's name for a key of the Xception file: ``model.bn1.bias`` is ``bn1.bias``."""
    # A bare key that would fit the net is none of the published layout; strict loading is to name it.
    return published.removeprefix("model.") if published.startswith("model.") else f"?.{published}"
