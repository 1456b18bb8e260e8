"""DSFD: the dual shot face detector on ResNet-152 (Li et al. 2019, arXiv:1810.10220), second shot only.

The body is torchvision's; ``from_published`` maps the keys of ``WIDERFace_DSFD_RES152`` to this net's.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models import resnet152

STRIDES = (4, 8, 16, 32, 64, 128)
"""Pixels of the input from one cell to the next, for each level of the net's answer."""
CHANNELS = (256, 512, 1024, 2048, 512, 256)
"""Of the maps on which each level looks for faces."""
BOX_CHANNELS = (4, 8, 12, 12, 12, 12)
CLASS_CHANNELS = (4, 6, 8, 8, 8, 8)
"""What the published heads have; of the first four are used, of the second four, three of them as a maximum."""


class Dsfd(nn.Module):
    """Maps float32 (N, 3, H, W), BGR less the mean, H and W multiples of 32, to answers for each prior.

    Returns shifts (N, priors, 4) and P(face) (N, priors). Priors are the cells of the six levels, each level row by
    row; its sides are those of the input over its stride, rounded up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.body = resnet152(weights=None)
        self.body.fc = nn.Identity()
        self.level4 = _smaller(2048, 512, 512)
        self.level5 = _smaller(512, 128, 256)
        self.lateral = nn.ModuleList(nn.Conv2d(2 * channels, channels, 1) for channels in CHANNELS[:3])
        self.smooth = nn.ModuleList(nn.Conv2d(channels, channels, 1) for channels in CHANNELS[:3])
        self.enhance = nn.ModuleList(FeatureEnhance(channels) for channels in CHANNELS)
        self.boxes = nn.ModuleList(_head(channels) for channels in BOX_CHANNELS)
        self.classes = nn.ModuleList(_head(channels) for channels in CLASS_CHANNELS)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        maps = [enhance(level) for enhance, level in zip(self.enhance, self._levels(x), strict=True)]
        shifts = [_by_cell(head(level)[:, :4]) for head, level in zip(self.boxes, maps, strict=True)]
        logits = [
            _by_cell(_background_and_face(head(level), finest=level is maps[0]))
            for head, level in zip(self.classes, maps, strict=True)
        ]
        return torch.cat(shifts, 1), torch.cat(logits, 1).softmax(-1)[..., 1]

    def _levels(self, x: Tensor) -> list[Tensor]:
        """The maps of the six levels; the three finest are multiplied with the coarser ones above them."""
        body = self.body
        c2 = body.layer1(body.maxpool(body.relu(body.bn1(body.conv1(x)))))
        c3 = body.layer2(c2)
        c4 = body.layer3(c3)
        c5 = body.layer4(c4)
        fused: Tensor = c5
        levels: list[Tensor] = []
        for lateral, smooth, finer in reversed(list(zip(self.lateral, self.smooth, (c2, c3, c4), strict=True))):
            fused = _enlarged(lateral(fused), finer) * smooth(finer)
            levels.insert(0, fused)
        above = self.level4(c5)
        return [*levels, c5, above, self.level5(above)]


class FeatureEnhance(nn.Module):
    """Looks around each cell, near and far: float32 (N, channels, h, w) to (N, 512, h, w)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.cpm1 = _around(channels, 256, 1)
        self.cpm2 = _around(channels, 256, 2)
        self.cpm3 = _around(256, 128, 1)
        self.cpm4 = _around(256, 128, 2)
        self.cpm5 = _around(128, 128, 1)

    def forward(self, x: Tensor) -> Tensor:
        wide = self.cpm2(x).relu()
        wider = self.cpm4(wide).relu()
        return torch.cat((self.cpm1(x), self.cpm3(wide), self.cpm5(wider)), 1).relu()


def from_published(published: str) -> str:
    """This net's key for one of the published file; a key of another layout stays and so fails strict loading.

    >>> from_published("layer3.0.35.bn3.weight"), from_published("conf.0.conv4.bias")
    ('body.layer3.35.bn3.weight', 'classes.0.6.bias')
    """
    for pattern, own in _KEYS:
        if found := re.fullmatch(pattern, published):
            name, *rest = found.groups()
            return ".".join((own(name), *rest))
    return published


_ENHANCE = ("cpm3_3", "cpm4_3", "cpm5_3", "cpm7", "cpm6_2", "cpm7_2")
"""The published names, by level."""
_KEYS: tuple[tuple[str, Callable[[str], str]], ...] = (
    (r"(layer1\.0)\.(weight)", lambda _: "body.conv1"),
    (r"(layer1\.1)\.(\w+)", lambda _: "body.bn1"),
    (r"(layer1\.4)\.(.+)", lambda _: "body.layer1"),
    (r"(layer[234])\.0\.(.+)", lambda name: f"body.{name}"),
    (r"(layer[56])\.(.+)", lambda name: {"layer5": "level4", "layer6": "level5"}[name]),
    (r"latlayer([123])\.(.+)", lambda name: f"lateral.{int(name) - 1}"),
    (r"smooth([123])\.(.+)", lambda name: f"smooth.{int(name) - 1}"),
    (rf"({'|'.join(_ENHANCE)})\.(.+)", lambda name: f"enhance.{_ENHANCE.index(name)}"),
    # Convolutions 1 to 4 have an activation between them, which counts here.
    (r"(loc\.\d\.conv[1-4])\.(\w+)", lambda name: f"boxes.{name[4]}.{2 * int(name[-1]) - 2}"),
    (r"(conf\.\d\.conv[1-4])\.(\w+)", lambda name: f"classes.{name[5]}.{2 * int(name[-1]) - 2}"),
)


def _smaller(channels: int, narrow: int, out: int) -> nn.Sequential:
    """Half the sides of a map, rounded up."""
    return nn.Sequential(
        nn.Conv2d(channels, narrow, 1),
        nn.BatchNorm2d(narrow),
        nn.ReLU(),
        nn.Conv2d(narrow, out, 3, stride=2, padding=1),
        nn.BatchNorm2d(out),
        nn.ReLU(),
    )


def _around(channels: int, out: int, dilation: int) -> nn.Conv2d:
    return nn.Conv2d(channels, out, 3, padding=dilation, dilation=dilation)


def _head(out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (512, 256, 256):
        layers += [_around(channels, 256, 1), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(256, out, 1))


def _enlarged(x: Tensor, to: Tensor) -> Tensor:
    return F.interpolate(x, size=to.shape[-2:], mode="bilinear", align_corners=False)


def _background_and_face(x: Tensor, *, finest: bool) -> Tensor:
    """Two channels of logits. The finest level has three answers for the background, the others three for a face."""
    most, single = x[:, :3].amax(1, keepdim=True), x[:, 3:4]
    return torch.cat((most, single) if finest else (single, most), 1)


def _by_cell(x: Tensor) -> Tensor:
    """(N, channels, h, w) to (N, h * w, channels)."""
    return x.flatten(2).transpose(1, 2)
