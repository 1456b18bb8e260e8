"""Pairs: from faces to what a net is trained on, made anew in every epoch."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.media.video import RGB
from fakefinder.training.corrupt import Corruption
from fakefinder.training.faces import PortraitFace
from fakefinder.training.forge import forged
from fakefinder.training.regions import Floats
from fakefinder.training.vary import covered, varied

CROP = (0.8, 1.45)
"""Least and greatest side of the training crop over the box's longer side: around the 1.2 of detection, down to
the tight crops that data sets and thumbnails hold."""


def pair(face: PortraitFace, donor: PortraitFace, rng: Generator, size_px: int) -> tuple[RGB, RGB]:
    """A real and a fake crop of one face, uint8 (size_px, size_px, 3), with equal framing and equal corruption."""
    rgb, landmarks = face.rgb, face.landmarks
    if rng.random() < 0.5:
        rgb = np.ascontiguousarray(rgb[:, ::-1])
        landmarks = np.column_stack([rgb.shape[1] - 1 - landmarks[:, 0], landmarks[:, 1]])[[1, 0, 2, 4, 3]]
        x1, y1, x2, y2 = face.box
        box = rgb.shape[1] - x2, y1, rgb.shape[1] - x1, y2
    else:
        box = face.box
    rgb, landmarks = framed(rgb, landmarks, box, rng, size_px)
    real, fake = forged(varied(rgb, rng), landmarks, donor, rng)
    corruption = Corruption.drawn(rng)
    return covered(corruption(real), corruption(fake), rng)


def framed(rgb: RGB, landmarks: Floats, box: Sequence[float], rng: Generator, size_px: int) -> tuple[RGB, Floats]:
    """A square around the face, off centre and turned a little, with its landmarks."""
    x1, y1, x2, y2 = box
    longer = max(x2 - x1, y2 - y1)
    scale = size_px / (longer * rng.uniform(*CROP))
    centre = np.array([x1 + x2, y1 + y2]) / 2 + rng.uniform(-0.05, 0.05, 2) * longer
    angle = np.deg2rad(rng.normal(0, 6))
    # Shrunk by averaging first, as in detection: a turn alone would leave pixels out.
    small = max(1, round(rgb.shape[0] * min(scale, 1)))
    shrunk = small / rgb.shape[0]
    rgb = np.asarray(cv2.resize(rgb, (small, small), interpolation=cv2.INTER_AREA), np.uint8)
    landmarks, centre = ((points + 0.5) * shrunk - 0.5 for points in (landmarks, centre))
    turn = scale / shrunk * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = np.column_stack([turn, size_px / 2 - turn @ centre])
    cut = cv2.warpAffine(rgb, matrix, (size_px, size_px), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    moved = landmarks @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(cut, np.uint8), moved.astype(np.float32)
