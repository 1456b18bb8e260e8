"""MtcnnFinder: finds faces as facenet-pytorch's MTCNN does, with the settings of the system that is rebuilt."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.faces.shrink import FullSize, Shrink
from fakefinder.media.video import RGB, Frame

if TYPE_CHECKING:
    from fakefinder.faces.cascade import Faces


class MtcnnFinder(FaceFinder):
    """Finds faces of about 20 pixels and more, at any place, each with five landmarks.

    The nets and their weights come with the package. One instance serves one thread at a time.
    """

    def __init__(
        self,
        *,
        thresholds: tuple[float, float, float],
        factor: float,
        largest_first: bool,
        min_face_px: int = 20,
        shrink: Shrink | None = None,
        device: str = "cpu",
    ) -> None:
        """Load the nets.

        Args:
            thresholds: least P(face) after P-Net, R-Net and O-Net.
            factor: of each size of the picture pyramid to the next larger one, below 1.
            largest_first: order by area in the picture searched; otherwise by P(face). Both descending.
            min_face_px: side of the smallest face, in pixels of the picture searched.
            shrink: makes the picture that is searched from a frame; None searches the frame itself.
            device: ``cpu`` or ``cuda``.
        """
        from fakefinder.faces.cascade import Cascade  # imports torch

        self._shrink: Shrink = shrink or FullSize()
        self._largest_first = largest_first
        self._key = ("mtcnn", thresholds, factor, largest_first, min_face_px, self._shrink)
        self._cascade = Cascade(thresholds, factor=factor, min_face_px=min_face_px, device=device)

    @property
    def key(self) -> Hashable:
        """All settings but the device, which changes boxes by float rounding only."""
        return self._key

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        """The faces of each frame in pixels of the frame; boxes are not clipped to it."""
        return [self._find(frame.rgb) for frame in frames]

    def _find(self, rgb: RGB) -> list[FaceBox]:
        picture, to_frame = self._shrink(rgb)
        faces = self._cascade.find(picture)
        if self._largest_first:
            faces = faces.only(_by_area(faces))
        boxes = faces.xyxy.astype(np.float64) * to_frame
        landmarks = faces.landmarks * np.float32(to_frame)
        return [
            FaceBox((x1, y1, x2, y2), float(score), points)
            for (x1, y1, x2, y2), score, points in zip(boxes.tolist(), faces.scores, landmarks, strict=True)
        ]


def _by_area(faces: Faces) -> np.ndarray:
    """Indices by descending area; of equal areas the later comes first, as in the original."""
    sides = faces.xyxy[:, 2:] - faces.xyxy[:, :2]
    return np.argsort(sides[:, 0] * sides[:, 1], kind="stable")[::-1]
