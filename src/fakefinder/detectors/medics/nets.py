"""The eight nets: which file holds which, what each takes, and what its answers mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.normalise import normalised, normalised_from_255
from fakefinder.media.video import RGB
from fakefinder.weights.load import inside

if TYPE_CHECKING:
    from torch import Tensor, nn

    from fakefinder.nets.compile import CompiledNet

Family = Literal["i3d", "resnet34", "mc3_18", "r2plus1d_18"]
Input = Literal["signed", "raw", "imagenet", "imagenet_112"]
"""Pixels as [-1, 1], as 0 .. 255, or by ImageNet's statistics, at 224 or 112 pixels a side."""


@dataclass(frozen=True)
class ClipNet:
    """A 3-D net: its architecture and its input."""

    family: Family
    takes: Input


CLIP_NETS = {
    "j3d_e1_l0.1374.model": ClipNet("i3d", "signed"),
    "res34_1cy_minaug_nonorm_e4_l0.1794.model": ClipNet("resnet34", "raw"),
    "mc3_18_112_1cy_lilaug_nonorm_e9_l0.1905.model": ClipNet("mc3_18", "imagenet_112"),
    "mc3_18_112t224_1cy_lilaug_nonorm_e7_l0.1901.model": ClipNet("mc3_18", "imagenet"),
    "r2p1_18_8_112tr_112te_e12_l0.1741.model": ClipNet("r2plus1d_18", "imagenet_112"),
    "i3dcutmix_e11_l0.1612.model": ClipNet("i3d", "signed"),
    "r2plus1dcutmix_112_e10_l0.1608.model": ClipNet("r2plus1d_18", "imagenet_112"),
}
FACE_NET = "SRXT50_094_VM-0.2504.PTH"
CLIP_EXAMPLE = (3, 9, 224, 224)
"""The shortest clip that I3D takes."""
FACE_SIZE = 256


def clip_net(family: Family) -> nn.Module:
    """A net that maps a clip, float32 (N, 3, T, h, w), to logits (N, 2): fake, real; weights random."""
    if family == "i3d":
        from fakefinder.nets.i3d import i3d

        return i3d(2)
    if family == "resnet34":
        from fakefinder.nets.resnet3d import ResNet34

        return ResNet34(2)
    from torchvision.models import video

    net: nn.Module = getattr(video, family)(num_classes=2)
    return net


def face_net() -> nn.Module:
    """SE-ResNeXt-50 32x4d: maps float32 (N, 3, 256, 256) to logits (N, 1) of fake; weights random."""
    import timm

    net: nn.Module = timm.create_model("legacy_seresnext50_32x4d", pretrained=False, num_classes=1)
    return net


def timm_key(published: str) -> str:
    """timm's name for a published key of the face net: ``backbone.layer0.bn1.bias`` is ``layer0.bn1.bias``."""
    if published.startswith("fc."):
        return "last_linear." + published.removeprefix("fc.")
    return inside("backbone.", published)


def clip_input(clip: RGB, takes: Input) -> Tensor:
    """A clip, uint8 (T, 224, 224, 3), as float32 (1, 3, T, side, side) for a net."""
    import torch

    if takes in ("imagenet", "imagenet_112"):
        x = normalised_from_255(_at_112(clip) if takes == "imagenet_112" else clip)
    else:
        x = torch.from_numpy(clip.astype(np.float32))
        x = x / 255 * 2 - 1 if takes == "signed" else x
    return x.permute(3, 0, 1, 2)[None]


def _at_112(clip: RGB) -> NDArray[np.float32]:
    """Resized in float64 and not rounded to whole grey levels."""
    small = [cv2.resize(rgb.astype(np.float64), (112, 112), interpolation=cv2.INTER_LINEAR) for rgb in clip]
    return np.stack(small).astype(np.float32)


def face_input(x: Tensor) -> Tensor:
    """Faces, RGB (N, 3, h, w) in [0, 1], as BGR by the statistics for RGB: so the net was trained."""
    return normalised(x.flip(1))


def clip_p_fake(net: CompiledNet, x: Tensor) -> float:
    """P(fake) of one clip, mean over it and its mirror image; one after the other, which halves the memory."""
    p = (net(x).softmax(dim=1) + net(x.flip(-1)).softmax(dim=1)) / 2
    return float(1 - p[0, 1])
