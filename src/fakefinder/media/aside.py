"""FramesAside: frames that a recipe looks at again once it knows where the faces are, without decoding them twice.

Some recipes cut their crops by a rule that needs the faces of all frames first. Their frames, a bounded number by the
recipe, lie uncompressed in a temporary file meanwhile, so that memory holds one of them at a time.
"""

from __future__ import annotations

import tempfile
import weakref
from typing import NamedTuple

import numpy as np

from fakefinder.errors import NoSpace
from fakefinder.media.video import Frame, Video


class _Place(NamedTuple):
    """Where the pixels of a frame begin in the file, and what else there is to know of it."""

    offset: int
    time_seconds: float
    shape: tuple[int, ...]


class FramesAside:
    """Frames by their index, in a file that is gone with this object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="fakefinder-frames-")  # noqa: SIM115 - open as long as this object
        self._places: dict[int, _Place] = {}
        weakref.finalize(self, self._file.close)

    def put(self, frame: Frame) -> None:
        """Keep a frame; one that is kept already is not kept twice.

        Raises:
            NoSpace: the folder of temporary files is full.
        """
        if frame.index in self._places:
            return
        try:
            offset = self._file.seek(0, 2)
            self._file.write(np.ascontiguousarray(frame.rgb).data)
            self._file.flush()
        except OSError as error:
            raise NoSpace(
                f"The frames of this video do not fit into the folder of temporary files: {error}."
            ) from error
        self._places[frame.index] = _Place(offset, frame.time_seconds, frame.rgb.shape)

    def get(self, index: int) -> Frame:
        """The frame of an index, as it was put.

        Raises:
            KeyError: it was not put.
        """
        place = self._places[index]
        rgb = np.empty(place.shape, np.uint8)
        self._file.seek(place.offset)
        self._file.readinto(rgb.data.cast("B"))
        rgb.setflags(write=False)
        return Frame(index, place.time_seconds, rgb)

    def __contains__(self, index: object) -> bool:
        return index in self._places


def frames_aside(video: Video) -> FramesAside:
    """The frames of ``video`` that were put aside in this scan, by whichever detector."""
    found = video.memo.get(FramesAside)
    if not isinstance(found, FramesAside):
        found = video.memo[FramesAside] = FramesAside()
    return found
