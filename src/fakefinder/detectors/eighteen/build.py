"""The published nets without their weights, and what their files call the parameters. Imports torch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from torch import nn
from torchvision.models import resnet34

from fakefinder.detectors.eighteen.published import CLIP_NETS, FACE_FINDER, FRAME_NETS, Body
from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch
from fakefinder.nets.retinaface import retinaface
from fakefinder.nets.slowfast import SlowFast50
from fakefinder.nets.xception import xception
from fakefinder.weights.load import inside

KeyMap = Callable[[str], str] | None


def published_net(file: str) -> tuple[Callable[[], nn.Module], KeyMap]:
    """What makes the net of a published file, weights random, and what turns the file's keys into the net's."""
    if file == FACE_FINDER:
        return partial(retinaface, "mobilenet0.25"), None
    if file in CLIP_NETS:
        return partial(SlowFast50, 2), None
    (body,) = [net.body for net in FRAME_NETS if net.file == file]
    return _frame_net(body)


def _frame_net(body: Body) -> tuple[Callable[[], nn.Module], KeyMap]:
    if body == "xception":
        return partial(xception, 2), partial(inside, "model.")
    if body == "resnet34":
        return partial(resnet34, num_classes=2), None
    return partial(efficientnet, body, 2, padding="0.6.3"), from_efficientnet_pytorch(body)
