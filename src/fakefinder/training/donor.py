"""Donors: faces of other people, that are put in the place of a face."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.faces.align import similarity
from fakefinder.training.differ import Picture
from fakefinder.training.faces import PortraitFace
from fakefinder.training.regions import Floats

CANDIDATES = 6
"""Faces drawn for each that is needed; the most alike of them is taken, as forgers do."""
MIDDLE = slice(150, 300, 10), slice(100, 290, 10)
"""Pixels that show skin in a kept portrait: a coarse grid over its middle."""


def donor_for(face: PortraitFace, faces: Sequence[PortraitFace], rng: Generator) -> PortraitFace:
    """Of some faces drawn from ``faces`` the one whose pose and skin are most like those of ``face``.

    It is somebody else, unless nobody else was drawn.
    """
    drawn = [faces[int(number)] for number in rng.integers(0, len(faces), CANDIDATES)]
    return min(drawn, key=lambda other: _difference(other, face))


def _difference(other: PortraitFace, face: PortraitFace) -> float:
    """Ten pixels between the landmarks count as much as thirty levels between the colours."""
    matrix = _onto(other.landmarks, face.landmarks)
    apart_px = np.abs(other.landmarks @ matrix[:, :2].T + matrix[:, 2] - face.landmarks).mean()
    skin, other_skin = (one.rgb[MIDDLE].mean((0, 1)) for one in (face, other))
    return float(apart_px / 10 + np.abs(other_skin - skin).mean() / 30 + 100 * (other.name == face.name))


def placed(donor: PortraitFace, landmarks: Floats, side_px: int) -> Picture:
    """The donor's picture with its landmarks on ``landmarks`` as well as they go, float32 (side_px, side_px, 3)."""
    matrix = _onto(donor.landmarks, landmarks)
    flags = cv2.INTER_AREA if np.hypot(*matrix[0, :2]) < 1 else cv2.INTER_LINEAR
    size = side_px, side_px
    rgb = donor.rgb.astype(np.float32)
    return np.asarray(cv2.warpAffine(rgb, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT), np.float32)


def _onto(landmarks: Floats, wanted: Floats) -> np.ndarray:
    matrix = similarity(landmarks, wanted)
    assert matrix is not None, "the landmarks of a face are not all in one place"
    return matrix
