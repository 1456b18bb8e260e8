"""cut: the pixels of one region, as a clip for the 3-D nets and as faces for the 2-D net."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from fakefinder.detectors.crops import resized
from fakefinder.detectors.medics.nets import FACE_SIZE
from fakefinder.detectors.medics.regions import Region
from fakefinder.faces.crop import FaceCrop, crop, thumbnail
from fakefinder.faces.finder import FaceBox
from fakefinder.media.aside import FramesAside
from fakefinder.media.video import RGB, Frame

FACES = 32
"""Most frames of a region that the 2-D net judges."""
CLIP_SIZE = 224
RESIZED = 256


@dataclass(frozen=True, eq=False)
class RegionCrops:
    """``clip`` uint8 (T, 224, 224, 3); ``faces`` of 256 x 256, every other one mirrored; ``thumbnail`` a JPEG."""

    clip: RGB = field(repr=False)
    faces: list[FaceCrop]
    thumbnail: bytes = field(repr=False)


def cut(region: Region, aside: FramesAside, count: int) -> RegionCrops:
    """The pixels of a region, of which only the first ``count`` frames of the video are there."""
    squares = region.squares()[:FACES].tolist()
    clip, faces, small = [], [], b""
    for place, index in enumerate(range(region.frames.start, min(region.frames.stop, count))):
        frame = aside.get(index)
        clip.append(clip_frame(frame.rgb, region.rectangle))
        if place < len(squares):
            faces.append(face(frame, squares[place], mirrored=place % 2 == 0))
        if place == 0:
            small = thumbnail(frame, FaceBox(region.box(0), 1.0))
    return RegionCrops(np.stack(clip), faces, small)


def clip_frame(rgb: RGB, ltrb: tuple[int, int, int, int]) -> RGB:
    """The middle 224 x 224 pixels of the rectangle, ends included, at the top left of a black square of 256 pixels.

    Pixels are resized in float64 and rounded down.
    """
    left, top, right, bottom = ltrb
    pixels = rgb[top : bottom + 1, left : right + 1]
    side = max(pixels.shape[:2])
    square = np.zeros((side, side, 3))
    square[: pixels.shape[0], : pixels.shape[1]] = pixels
    if side != RESIZED:
        square = cv2.resize(square, (RESIZED, RESIZED), interpolation=cv2.INTER_LINEAR)
    border = (RESIZED - CLIP_SIZE) // 2
    return square[border:-border, border:-border].astype(np.uint8)


def face(frame: Frame, ltrb: tuple[int, int, int, int], *, mirrored: bool) -> FaceCrop:
    """The square, ends excluded, resized for the 2-D net on its own: squares may differ by a pixel after rounding."""
    pixels = resized(crop(frame.rgb, ltrb), FACE_SIZE, FACE_SIZE, cv2.INTER_CUBIC)
    box = FaceBox((float(ltrb[0]), float(ltrb[1]), float(ltrb[2]), float(ltrb[3])), 1.0)
    return FaceCrop(frame.index, frame.time_seconds, box, np.ascontiguousarray(pixels[:, ::-1] if mirrored else pixels))
