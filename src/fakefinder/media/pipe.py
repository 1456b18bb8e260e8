"""The decoding child as its parent sees it: requests go out, checked messages come in, and it can always be ended."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakefinder.errors import DecodeLimitExceeded, FakeFinderError, VideoUnreadable

_MAX_FRAME_BYTES = 3 * 8192 * 8192
_MAX_LINE_BYTES = 1 << 20
_PIPE_BYTES = 1 << 20
"""Sixteen times the default: saves 2 of 12 milliseconds a 1080p frame."""

_THRIFTY = {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1"}
"""The limit is one of address space, of which glibc else reserves 128 MiB, and OpenBLAS 40, for each thread."""


@dataclass(frozen=True)
class DecodeLimits:
    """What the decoding child may use for one video.

    Defaults leave room for 8K video and for ten thousand frames of 4K on a slow machine. ``memory_bytes`` is address
    space, of which the bare child takes about 250 MiB; ``silent_seconds`` should be well above the 5 seconds in which
    a computing child gives a sign of life.
    """

    memory_bytes: int = 4 << 30
    cpu_seconds: int = 3600
    silent_seconds: float = 60.0


class DecodingChild:
    """A process that runs ``media.child``, and the pipe to it. What it says is checked: it has read a hostile file.

    ``busy`` is True from a request until its answer has been read to the end.
    """

    def __init__(self, path: Path, limits: DecodeLimits) -> None:
        self.busy = False
        self._path = path
        self._limits = limits
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "fakefinder.media.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            bufsize=0,
            env=os.environ | _THRIFTY,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        with suppress(AttributeError, OSError):  # Linux has it; a quota may forbid it
            fcntl.fcntl(self._stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._arrived = select.poll()
        self._arrived.register(self._stdout, select.POLLIN)
        self._buffer = bytearray()
        first = {"memory_bytes": limits.memory_bytes, "cpu_seconds": limits.cpu_seconds}
        self._write({"path": str(path.absolute())} | first)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], bytearray]:
        """Send a request; the first message of the answer."""
        self.busy = True
        self._write(request)
        return self.read()

    def read(self) -> tuple[dict[str, Any], bytearray]:
        """The next message and its payload; errors that the child tells are raised."""
        while True:
            line = self._line()
            with self.checked():
                message = json.loads(line)
                size = int(message["bytes"])
                expected = 3 * int(message["height"]) * int(message["width"]) if "height" in message else 0
            if size != expected or not 0 <= size <= _MAX_FRAME_BYTES:
                raise self._gone("It sent a frame of a wrong size.")
            payload = self._payload(size)
            if "alive" not in message:
                break
        self.busy = size > 0
        if "error" in message:
            raise self._told(message)
        return message, payload

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Takes a message apart: where that fails, the child is ended as one that talks nonsense."""
        try:
            yield
        except (LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise self._gone("It sent what is no message.") from error

    def kill(self) -> None:
        """End the process and release the pipes."""
        self._process.kill()
        for stream in (self._stdin, self._stdout, self._errors):
            stream.close()
        self._process.wait()

    def _write(self, request: dict[str, Any]) -> None:
        rest = memoryview(json.dumps(request).encode() + b"\n")
        try:
            while rest:
                rest = rest[self._stdin.write(rest) :]
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
        if not self._arrived.poll(self._limits.silent_seconds * 1000):
            self.kill()
            seconds = self._limits.silent_seconds
            raise DecodeLimitExceeded(f"Decoding {self._path.name!r} made no progress for {seconds:g} seconds.")
        count = os.readv(self._stdout.fileno(), [view])
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
        kind = DecodeLimitExceeded if message["error"] == DecodeLimitExceeded.code else VideoUnreadable
        return kind(str(message.get("sentence")), hint=str(message.get("hint", "")))
