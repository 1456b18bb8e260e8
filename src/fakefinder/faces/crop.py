"""FaceCrop: the pixels of one face in one frame, and how they are cut out."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2

from fakefinder.faces.finder import FaceBox
from fakefinder.media.video import RGB, Frame

THUMBNAIL_MARGIN = 0.3
"""Share of the box's longer side that a thumbnail shows around the face, both sides together."""
THUMBNAIL_JPEG_QUALITY = 85


@dataclass(frozen=True, eq=False)
class FaceCrop:
    """One face cut out for a net: ``rgb`` uint8 (h, w, 3), where and when it was seen."""

    frame_index: int
    time_seconds: float
    box: FaceBox
    rgb: RGB = field(repr=False)


def crop(rgb: RGB, ltrb: tuple[int, int, int, int]) -> RGB:
    """A view of ``rgb`` within left, top, right, bottom (ends excluded), as far as it lies inside the picture.

    What lies outside is cut off, not padded; a rectangle wholly outside gives a view with a side of length 0.
    """
    height, width = rgb.shape[:2]
    left, right = (min(max(x, 0), width) for x in (ltrb[0], ltrb[2]))
    top, bottom = (min(max(y, 0), height) for y in (ltrb[1], ltrb[3]))
    return rgb[top:bottom, left:right]


def square_inside(box: FaceBox, width: int, height: int, *, margin: float) -> tuple[int, int, int, int]:
    """The square around a face as left, top, right, bottom in a picture of ``width`` x ``height`` pixels.

    Its side is the box's longer side times ``1 + margin``, at least 1 and at most the shorter side of the picture;
    it is centred on the box, and moved inwards where it would leave the picture.
    """
    x1, y1, x2, y2 = box.xyxy
    side = max(1, min(round(max(x2 - x1, y2 - y1) * (1 + margin)), width, height))
    left = min(max(round((x1 + x2 - side) / 2), 0), width - side)
    top = min(max(round((y1 + y2 - side) / 2), 0), height - side)
    return left, top, left + side, top + side


def thumbnail(frame: Frame, box: FaceBox, size_px: int = 96) -> bytes:
    """A square JPEG of ``size_px`` x ``size_px`` pixels of the face with a little of what is around it."""
    square = crop(frame.rgb, square_inside(box, frame.width, frame.height, margin=THUMBNAIL_MARGIN))
    shrinks = square.shape[0] > size_px
    small = cv2.resize(square, (size_px, size_px), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    written, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_JPEG_QUALITY]
    )
    assert written, "OpenCV writes every uint8 picture as JPEG"
    return jpeg.tobytes()
