"""PixelSums: area resizing of a picture, or of many parts of it, from one table of sums.

Area resizing averages, for cell i of o along a side of n pixels, the pixels from floor(i * n / o) up to
ceil((i + 1) * n / o), end excluded (adaptive average pooling; enlarging repeats pixels). With a table of the sums
of all pixels above and to the left, each average costs four look-ups, however many pixels it covers.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.media.video import RGB

Pixels = NDArray[np.float32]
"""float32 pixels 0..255, channels before rows and columns."""
Integers = NDArray[np.int64]


class PixelSums:
    """The sums of one RGB picture; int32, 12 bytes a pixel.

    In pictures beyond 8.4 million pixels the sums wrap round at 2**32. Differences of wrapped sums are right all the
    same, as long as no single cell covers so many pixels.
    """

    def __init__(self, rgb: RGB) -> None:
        self.height, self.width = rgb.shape[:2]
        self._sums = np.empty((3, self.height + 1, self.width + 1), np.int32)
        for channel, sums in enumerate(self._sums):
            cv2.integral(cv2.extractChannel(rgb, channel), sums)

    def resized(self, height: int, width: int) -> Pixels:
        """The picture as (3, ``height``, ``width``)."""
        top, bottom = _cells(self.height, height)
        left, right = _cells(self.width, width)
        rows = self._sums.take(bottom, 1) - self._sums.take(top, 1)
        sums = rows.take(right, 2) - rows.take(left, 2)
        return _divided(sums, (bottom - top)[:, None] * (right - left))

    def resized_parts(self, ltrb: Integers, side: int) -> Pixels:
        """Parts of the picture as (n, 3, ``side``, ``side``).

        ``ltrb`` (n, 4): left, top, right, bottom in pixels, ends excluded, inside the picture and not empty.
        """
        left, right = _cells(ltrb[:, 2] - ltrb[:, 0], side)
        top, bottom = _cells(ltrb[:, 3] - ltrb[:, 1], side)
        pixels = (bottom - top)[:, :, None] * (right - left)[:, None, :]
        left, right = ((ltrb[:, 0, None] + column)[:, None, :] for column in (left, right))
        top, bottom = (((ltrb[:, 1, None] + row) * (self.width + 1))[:, :, None] for row in (top, bottom))
        flat = self._sums.reshape(3, -1)
        sums = flat.take(bottom + right, 1) - flat.take(top + right, 1)
        sums -= flat.take(bottom + left, 1) - flat.take(top + left, 1)
        return _divided(sums, pixels).swapaxes(0, 1)


def _cells(length: int | Integers, count: int) -> tuple[Integers, Integers]:
    """First pixel and end of each of ``count`` cells; (count,), or (n, count) for n lengths."""
    n = np.asarray(length, np.int64)[..., None]
    cell = np.arange(count)
    return cell * n // count, -(-(cell + 1) * n // count)


def _divided(sums: NDArray[np.int32], pixels: Integers) -> Pixels:
    return np.divide(sums, pixels.astype(np.float32), dtype=np.float32, casting="unsafe")
