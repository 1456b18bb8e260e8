"""Which frames are looked at, where faces are searched, and how they are cut out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import cv2

from fakefinder.detectors.crops import resized
from fakefinder.faces.crop import crop, square_inside
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.sample import distinct, spread
from fakefinder.media.video import RGB, Frame, VideoInfo

INPUT_SIZE = 192
MARGIN = 0.2
"""What a crop shows beyond the longer side of the face's box, as in training."""
MIN_FACE_PX = 64
"""Longer side of the smallest box that is judged. The crop of a smaller one is enlarged by more than 2.5 to fill the
net's input, and what betrays a blended face is finer than that."""
FRAMES_A_SECOND = 2
MIN_FRAMES, MAX_FRAMES = 16, 64
SEARCHED_PX = 640
"""Longer side of the picture that is searched: in it a face of ``MIN_FACE_PX`` in 1080p still has 21 pixels, and MTCNN
finds faces from 20."""
BORDER = 0.25
"""Share of the picture's longer side that is added around pictures in which no face was found at first."""


def frame_numbers(info: VideoInfo) -> list[int]:
    """The frames that are looked at: two for each second, but 16 to 64, spread from first to last, as far as there are.

    Numbers are of the frames that were counted, not of those that the header promises.
    """
    wanted = min(max(ceil(info.duration_seconds * FRAMES_A_SECOND), MIN_FRAMES), MAX_FRAMES)
    return distinct(spread(info.frame_count, wanted))


def face_finder(device: str) -> FaceFinder:
    """Finds all faces of 20 pixels and more in a picture of ``SEARCHED_PX``, and those that fill the picture."""
    from fakefinder.faces.bordered import BorderedFinder
    from fakefinder.faces.mtcnn import MtcnnFinder
    from fakefinder.faces.shrink import AtMost

    shrink = AtMost(SEARCHED_PX)
    plain = MtcnnFinder(thresholds=(0.6, 0.7, 0.7), factor=0.709, largest_first=True, shrink=shrink, device=device)
    return BorderedFinder(plain, BORDER)


@dataclass
class Cutter:
    """Cuts out the faces that are large enough, and remembers the largest face of all."""

    largest_px: float = 0.0

    def __call__(self, frame: Frame, boxes: Sequence[FaceBox]) -> Iterator[tuple[FaceBox, RGB]]:
        """Each face that is judged with its crop, uint8 (``INPUT_SIZE``, ``INPUT_SIZE``, 3)."""
        for box in boxes:
            side = longer_side(box)
            self.largest_px = max(self.largest_px, side)
            if side >= MIN_FACE_PX:
                yield box, cut(frame.rgb, box)


def longer_side(box: FaceBox) -> float:
    """Of width and height in pixels the larger one."""
    x1, y1, x2, y2 = box.xyxy
    return max(x2 - x1, y2 - y1)


def cut(rgb: RGB, box: FaceBox) -> RGB:
    """A face in a square of its longer side and ``MARGIN`` more, uint8 (``INPUT_SIZE``, ``INPUT_SIZE``, 3)."""
    pixels = crop(rgb, square_inside(box, rgb.shape[1], rgb.shape[0], margin=MARGIN))
    shrinks = pixels.shape[0] > INPUT_SIZE
    return resized(pixels, INPUT_SIZE, INPUT_SIZE, cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
