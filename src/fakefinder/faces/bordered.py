"""BorderedFinder: a second look at pictures that hardly show more than a face, with a border around them.

Finders are trained on faces with something around them, and miss many that fill the picture.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame


class BorderedFinder(FaceFinder):
    """Finds what another finder finds; where that is nothing, what it finds in the picture with a border."""

    def __init__(self, finder: FaceFinder, share: float) -> None:
        """The border is as wide as a ``share`` of the picture's longer side, all around; its pixels repeat the edge."""
        self._finder = finder
        self._share = share

    @property
    def key(self) -> Hashable:
        """That of the other finder, and the border."""
        return ("bordered", self._finder.key, self._share)

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame in pixels of the frame; boxes are not clipped to it, but all reach into it."""
        found = self._finder.find(frames)
        missed = [i for i, boxes in enumerate(found) if not boxes]
        for i, boxes in zip(missed, self._with_border([frames[i] for i in missed]), strict=True):
            found[i] = boxes
        return found

    def _with_border(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        widths = [round(self._share * max(frame.width, frame.height)) for frame in frames]
        found = self._finder.find([_bordered(*pair) for pair in zip(frames, widths, strict=True)])
        return [
            [moved for box in boxes if _reaches_into(moved := _moved(box, -width), frame)]
            for frame, width, boxes in zip(frames, widths, found, strict=True)
        ]


def _bordered(frame: Frame, width: int) -> Frame:
    rgb = cv2.copyMakeBorder(frame.rgb, width, width, width, width, cv2.BORDER_REPLICATE)
    return Frame(frame.index, frame.time_seconds, np.asarray(rgb, np.uint8))


def _moved(box: FaceBox, by: float) -> FaceBox:
    x1, y1, x2, y2 = box.xyxy
    landmarks = None if box.landmarks is None else box.landmarks + np.float32(by)
    return replace(box, xyxy=(x1 + by, y1 + by, x2 + by, y2 + by), landmarks=landmarks)


def _reaches_into(box: FaceBox, frame: Frame) -> bool:
    x1, y1, x2, y2 = box.xyxy
    return max(x1, 0.0) < min(x2, frame.width) and max(y1, 0.0) < min(y2, frame.height)
