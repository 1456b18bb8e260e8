"""PortraitFace: one real face in one picture, with the landmarks that masks are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from fakefinder.faces.crop import crop, square_inside
from fakefinder.faces.finder import FaceFinder
from fakefinder.media.video import RGB, Frame

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
MARGIN = 0.6
"""What is kept around the face's box, as a share of its longer side: room for the widest crop and its shifts."""
SIDE_PX = 384
"""Side of the kept picture: about the size at which the net sees a face, times ``1 + MARGIN``."""


@dataclass(frozen=True, eq=False)
class PortraitFace:
    """The largest face of a picture: ``rgb`` uint8 (384, 384, 3), ``landmarks`` float32 (5, 2) and ``box`` in it."""

    name: str
    rgb: RGB = field(repr=False)
    landmarks: NDArray[np.float32] = field(repr=False)
    box: tuple[float, float, float, float]


def pictures_in(folder: Path) -> list[Path]:
    """The pictures below a folder, sorted by their path."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS)


def portrait_faces(pictures: Iterable[Path], root: Path, finder: FaceFinder) -> Iterator[PortraitFace]:
    """The largest face of each picture that has one; ``finder`` gives the largest first, with landmarks."""
    for path in pictures:
        with Image.open(path) as opened:
            rgb = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
        frame = Frame(0, 0.0, rgb)
        for box in finder.find([frame])[0][:1]:
            assert box.landmarks is not None, "the finder gives landmarks"
            left, top, right, bottom = square_inside(box, frame.width, frame.height, margin=MARGIN)
            scale = SIDE_PX / (right - left)
            shrinks = scale < 1
            kept = cv2.resize(
                crop(rgb, (left, top, right, bottom)),
                (SIDE_PX, SIDE_PX),
                interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC,
            )
            x1, y1, x2, y2 = box.xyxy
            yield PortraitFace(
                name=path.relative_to(root).as_posix(),
                rgb=np.asarray(kept, np.uint8),
                landmarks=((box.landmarks - (left, top)) * scale).astype(np.float32),
                box=((x1 - left) * scale, (y1 - top) * scale, (x2 - left) * scale, (y2 - top) * scale),
            )
