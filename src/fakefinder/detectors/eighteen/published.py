"""The published nets: their files, what each takes, and how much it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fakefinder.detectors.normalise import normalised

if TYPE_CHECKING:
    from torch import Tensor

Body = Literal["xception", "resnet34", "b0", "b1", "b3"]

FACE_FINDER = "mobilenet0.25_Final.pth"

CLIP_SIDE = 256
CLIP_MEAN = (110.63666788 / 255, 103.16065604 / 255, 96.29023126 / 255)
CLIP_STD = (38.7568578 / 255, 37.88248729 / 255, 40.02898126 / 255)
"""RGB."""
CLIP_NETS = {
    "sf_bc_jc_44000.pth.tar": 10,
    "sf_32000.pth.tar": 8,
    "sf_16x8_bc_jc_44000.pth.tar": 4,
    "sf_trainval_52000.pth.tar": 8,
}
"""SlowFast-50, each with its weight among them."""


@dataclass(frozen=True)
class FrameNet:
    """A net that judges single crops.

    ``weight``: among these nets. ``side``: of its crops, in pixels. ``mirrors``: the logits are the mean of those of
    the crop and of its mirror image. ``draws_in``: extreme scores of the video are drawn nearer to 0.5.
    """

    file: str
    body: Body
    weight: int
    side: int = 299
    mirrors: bool = False
    draws_in: bool = False

    def to_input(self, x: Tensor) -> Tensor:
        """What the net takes, from RGB crops (N, 3, side, side) in [0, 1]."""
        if self.body == "xception":  # alone takes BGR
            return (x.flip(1) - 0.5) / 0.5
        return normalised(x)

    def to_mirrored_input(self, x: Tensor) -> Tensor:
        """As ``to_input``, of the crops' mirror images."""
        return self.to_input(x.flip(-1))


FRAME_NETS = (
    FrameNet("xcep_bgr_58000.pth.tar", "xception", 10, mirrors=True),
    FrameNet("b3_rgb_50000.pth.tar", "b3", 6, draws_in=True),
    FrameNet("res34_rgb_23000.pth.tar", "resnet34", 4, side=256, mirrors=True, draws_in=True),
    FrameNet("b1_rgb_58000.pth.tar", "b1", 10, mirrors=True),
    FrameNet("b1_rgb_long_alldata_66000.pth.tar", "b1", 8),
    FrameNet("b1_rgb_alldata_58000.pth.tar", "b1", 8),
    FrameNet("b0_rgb_58000.pth.tar", "b0", 7, mirrors=True),
)
