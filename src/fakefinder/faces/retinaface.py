"""RetinaFaceFinder: finds faces with a RetinaFace net, with the settings of the system that is rebuilt."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.faces.overlap import keep_by_iou
from fakefinder.faces.resize import Picture, Resize, Unresized
from fakefinder.faces.single_shot import CENTRE_VARIANCE, answers, bgr_less_mean, decode_boxes
from fakefinder.media.video import Frame

if TYPE_CHECKING:
    from fakefinder.nets.compile import CompiledNet

Floats = NDArray[np.float32]

PRIORS_PX = {8: (16, 32), 16: (64, 128), 32: (256, 512)}
"""Stride of a feature map, and the sides of the two priors of each of its places."""


class RetinaFaceFinder(FaceFinder):
    """Finds faces of about 10 pixels and more in the picture searched, at any place, each with five landmarks.

    Landmarks are the eyes, the nose and the corners of the mouth, those on the left of the picture first.
    """

    def __init__(
        self,
        net: CompiledNet,
        weights_sha256: str,
        *,
        least_score: float,
        max_iou: float | None = None,
        resize: Resize | None = None,
    ) -> None:
        """Take a net over.

        Args:
            net: ``nets.retinaface.RetinaFace``, compiled for any size.
            weights_sha256: of the file that its weights are from.
            least_score: least P(face) of what is found.
            max_iou: of boxes that overlap by more, the best one stays, and the order is by P(face), descending; with
                None every prior box with a face is found, in the order of the priors: dozens for one face.
            resize: makes the picture that is searched from a frame; None searches the frame itself.
        """
        self._net = net
        self._least_score = np.float32(least_score)
        self._max_iou = max_iou
        self._resize: Resize = resize or Unresized()
        self._key = ("retinaface", weights_sha256, least_score, max_iou, self._resize)

    @property
    def key(self) -> Hashable:
        """All settings and the weights."""
        return self._key

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame in pixels of the frame; boxes and landmarks are not clipped to it."""
        pictures = [self._resize(frame.rgb) for frame in frames]
        found = answers(self._net, [bgr_less_mean(picture.rgb) for picture in pictures])
        return [self._faces(picture, *of_one) for picture, of_one in zip(pictures, found, strict=True)]

    def _faces(self, picture: Picture, shifts: Floats, scores: Floats, landmark_shifts: Floats) -> list[FaceBox]:
        found = np.flatnonzero(scores >= self._least_score)
        layout = _priors_of(picture, len(scores))[found]
        sides, ratio = np.array(picture.rgb.shape[1::-1], np.float32), np.float32(picture.ratio)
        xyxy = decode_boxes(layout, shifts[found]) * np.tile(sides, 2) / ratio
        landmarks = decode_landmarks(layout, landmark_shifts[found]) * sides / ratio
        scores = scores[found]
        kept = range(len(found)) if self._max_iou is None else keep_by_iou(xyxy, scores, self._max_iou)
        return [FaceBox(tuple(xyxy[i].tolist()), float(scores[i]), landmarks[i]) for i in kept]


def _priors_of(picture: Picture, count: int) -> Floats:
    """The priors for the size that the rule asks for, or for the real size where the net gave more answers."""
    layout = priors(*picture.prior_size)
    # Where rounding down costs a place of a feature map, the published system stops with an error.
    return layout if len(layout) == count else priors(picture.rgb.shape[0], picture.rgb.shape[1])


@lru_cache(maxsize=4)
def priors(height: int, width: int) -> Floats:
    """The boxes that shifts start from, in the order of the net's answers.

    Float32 (n, 4): centre x, centre y, width and height as fractions of the picture, not clipped to it.
    """
    parts = []
    for stride, sides in PRIORS_PX.items():
        centre_y = (np.arange(-(-height // stride)) + 0.5) * stride / height
        centre_x = (np.arange(-(-width // stride)) + 0.5) * stride / width
        part = np.empty((len(centre_y), len(centre_x), len(sides), 4), np.float32)
        part[..., 0], part[..., 1] = centre_x[None, :, None], centre_y[:, None, None]
        part[..., 2], part[..., 3] = np.array(sides) / width, np.array(sides) / height
        parts.append(part.reshape(-1, 4))
    layout = np.concatenate(parts)
    layout.setflags(write=False)
    return layout


def decode_landmarks(priors: Floats, shifts: Floats) -> Floats:
    """Landmarks (n, 5, 2) as fractions of the picture, from shifts (n, 10), x and y in turn."""
    return priors[:, None, :2] + shifts.reshape(-1, 5, 2) * CENTRE_VARIANCE * priors[:, None, 2:]
