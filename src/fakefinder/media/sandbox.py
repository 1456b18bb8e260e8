"""open_video: a video whose decoding runs in a child process with limits.

A hostile file can kill or stall the child, not the scan. Memory on this side is one frame in flight;
the child holds what the decoder needs, below ``DecodeLimits.memory_bytes``, however long the video is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from fakefinder.errors import VideoNotFound
from fakefinder.media.pipe import DecodeLimits, DecodingChild
from fakefinder.media.video import RGB, Frame, VideoInfo, strictly_ascending

DEFAULT_LIMITS = DecodeLimits()


def open_video(path: str | Path, limits: DecodeLimits = DEFAULT_LIMITS) -> SandboxedVideo:
    """A video to probe and to take frames from; use it in a ``with`` block.

    Raises:
        VideoNotFound: no such file. All other errors come with the first use.
    """
    path = Path(path)
    if not path.is_file():
        raise VideoNotFound(f"There is no file {str(path)!r}.")
    return SandboxedVideo(path, limits)


class SandboxedVideo:
    """A Video (see ``media.video``) read by a child process, which starts with the first use.

    ``decode_failures`` and ``decoded`` count packets that did not decode and pictures that did, over all passes.
    """

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self.path = path
        self.memo: dict[object, object] = {}
        self.decode_failures = 0
        self.decoded = 0
        self._limits = limits
        self._child: DecodingChild | None = None

    def start(self) -> None:
        """Start the child now, so that it is ready when it is first needed."""
        self._running()

    @cached_property
    def info(self) -> VideoInfo:
        """What probing learned.

        Raises:
            VideoUnreadable: no picture can be decoded.
            DecodeLimitExceeded: the child hit a limit.
        """
        child = self._running()
        answer, _ = child.ask({"op": "probe"})
        with child.checked():
            return _info(answer["info"], self.path)

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """Yield the frames of strictly ascending ``indices``; those that cannot be decoded are left out.

        A new pass ends an earlier one that has not been read to its end.

        Raises:
            VideoUnreadable, DecodeLimitExceeded: also after some frames were given.
        """
        wanted = strictly_ascending(indices)
        child = self._running()
        try:
            message, payload = child.ask({"op": "frames", "indices": wanted})
            while "end" not in message:
                with child.checked():
                    frame = _frame(message, payload)
                    is_last = frame.index == wanted[-1]
                if is_last:  # nobody asks on after the last frame: the counts are read before it
                    message, payload = child.read()
                    self._count(child, message)
                    yield frame
                    return
                yield frame
                if child is not self._child:
                    raise RuntimeError("This pass over the video was ended by a later one, or by closing the video.")
                message, payload = child.read()
            self._count(child, message)
        finally:
            if child.busy:  # the consumer wants no more; the child is in the middle of an answer
                child.kill()

    def _count(self, child: DecodingChild, end: dict[str, Any]) -> None:
        with child.checked():
            self.decode_failures += int(end["decode_failures"])
            self.decoded += int(end["decoded"])

    def close(self) -> None:
        """End the child, if one runs."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _running(self) -> DecodingChild:
        """A child that waits for a request."""
        if self._child is None or self._child.busy or not self._child.running:
            self.close()
            self._child = DecodingChild(self.path, self._limits)
        return self._child


def _info(fields: dict[str, Any], path: Path) -> VideoInfo:
    return VideoInfo(**fields | {"path": path, "fps_from_header": Fraction(*fields["fps_from_header"])})


def _frame(message: dict[str, Any], pixels: bytearray) -> Frame:
    rgb: RGB = np.frombuffer(pixels, np.uint8).reshape(message["height"], message["width"], 3)
    rgb.setflags(write=False)  # several detectors are shown the same frame
    return Frame(int(message["index"]), float(message["time_seconds"]), rgb)
