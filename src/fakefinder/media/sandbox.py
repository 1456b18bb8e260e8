"""open_video: a video whose decoding runs in a child process with limits.

A hostile file can kill or stall the child, not the scan. Memory on this side is one frame in flight;
the child holds what the decoder needs, below ``DecodeLimits.memory_bytes``, however long the video is.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from fakefinder.errors import DecodeLimitExceeded, FakeFinderError, VideoNotFound, VideoUnreadable
from fakefinder.media.video import RGB, Frame, VideoInfo

_MAX_FRAME_BYTES = 3 * 8192 * 8192
_MAX_LINE_BYTES = 1 << 20


@dataclass(frozen=True)
class DecodeLimits:
    """What the decoding child may use for one video.

    Defaults leave room for 8K video and for an hour of 4K on a slow machine.
    """

    memory_bytes: int = 4 << 30
    cpu_seconds: int = 3600
    silent_seconds: float = 60.0


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
        self._child: _Child | None = None

    @cached_property
    def info(self) -> VideoInfo:
        """What probing learned.

        Raises:
            VideoUnreadable: no picture can be decoded.
            DecodeLimitExceeded: the child hit a limit.
        """
        answer, _ = self._running().ask({"op": "probe"})
        fields = answer["info"] | {"path": self.path, "fps_from_header": Fraction(*answer["info"]["fps_from_header"])}
        return VideoInfo(**fields)

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """Yield the frames of strictly ascending ``indices``; those that cannot be decoded are left out.

        Raises:
            VideoUnreadable, DecodeLimitExceeded: also after some frames were given.
        """
        child = self._running()
        message, payload = child.ask({"op": "frames", "indices": [int(index) for index in indices]})
        try:
            while "end" not in message:
                rgb: RGB = np.frombuffer(payload, np.uint8).reshape(message["height"], message["width"], 3)
                yield Frame(int(message["index"]), float(message["time_seconds"]), rgb)
                message, payload = child.read()
        finally:
            if "end" not in message:  # the consumer wants no more; the child is in the middle of an answer
                self.close()
        self.decode_failures += int(message["decode_failures"])
        self.decoded += int(message["decoded"])

    def close(self) -> None:
        """End the child, if one runs."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _running(self) -> _Child:
        if self._child is None or not self._child.running:
            self._child = _Child(self.path, self._limits)
        return self._child


class _Child:
    """One decoding child and the pipe to it. What it says is checked: it has read a hostile file."""

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self._path = path
        self._limits = limits
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "fakefinder.media.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
        )
        self._buffer = bytearray()
        first = {"memory_bytes": limits.memory_bytes, "cpu_seconds": limits.cpu_seconds}
        self._write({"path": str(path.resolve())} | first)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytearray]:
        """Send a request; the first message of the answer."""
        self._write(request)
        return self.read()

    def read(self) -> tuple[dict[str, Any], bytearray]:
        """The next message and its payload; errors that the child tells are raised."""
        while True:
            line = self._line()
            try:
                message = json.loads(line)
                size = message["bytes"]
                expected = 3 * message["height"] * message["width"] if "height" in message else 0
            except (ValueError, TypeError, KeyError) as error:
                raise self._gone("It sent what is no message.") from error
            if size != expected or not 0 <= size <= _MAX_FRAME_BYTES:
                raise self._gone("It sent a frame of a wrong size.")
            payload = self._payload(size)
            if "error" in message:
                raise self._told(message)
            if "alive" not in message:
                return message, payload

    def kill(self) -> None:
        """End the process and release the pipes."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                stream.close()
        self._process.wait()

    def _write(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
        except BrokenPipeError as error:
            raise self._gone() from error

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE_BYTES:
                raise self._gone("It sent a line without end.")
            self._buffer += self._some(1 << 16)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line

    def _payload(self, size: int) -> bytearray:
        payload = bytearray(size)
        have = min(size, len(self._buffer))
        payload[:have] = self._buffer[:have]
        del self._buffer[:have]
        view = memoryview(payload)
        while have < size:
            have += self._some_into(view[have:])
        return payload

    def _some(self, size: int) -> bytes:
        block = bytearray(size)
        return bytes(block[: self._some_into(memoryview(block))])

    def _some_into(self, view: memoryview) -> int:
        """Read at least one byte, or find out why none comes."""
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        ready, _, _ = select.select([descriptor], [], [], self._limits.silent_seconds)
        if not ready:
            self.kill()
            seconds = self._limits.silent_seconds
            raise DecodeLimitExceeded(f"Decoding {self._path.name!r} made no progress for {seconds:g} seconds.")
        count = os.readv(descriptor, [view])
        if count == 0:
            raise self._gone()
        return count

    def _gone(self, why: str = "") -> VideoUnreadable | DecodeLimitExceeded:
        """What to raise when the child has died or talks nonsense; ends it."""
        try:
            code = self._process.wait(timeout=5 if not why else 0)
        except subprocess.TimeoutExpired:
            code = 0
        self._errors.seek(0)
        last = self._errors.read()[-2000:].decode(errors="replace").strip().rpartition("\n")[2]
        self.kill()
        if code == -signal.SIGXCPU:
            return DecodeLimitExceeded(
                f"Decoding {self._path.name!r} took more than {self._limits.cpu_seconds} seconds of processor time."
            )
        why = why or (f"It was ended by signal {-code}." if code < 0 else last)
        return VideoUnreadable(f"The decoder broke down on {self._path.name!r}. {why}".strip())

    @staticmethod
    def _told(message: dict[str, Any]) -> FakeFinderError:
        kinds = {kind.code: kind for kind in (VideoUnreadable, DecodeLimitExceeded)}
        kind = kinds.get(message["error"], VideoUnreadable)
        return kind(str(message["sentence"]), hint=str(message["hint"]))
