"""The decoding child: answers one request after another about one video, under hard limits.

Run as ``python -m fakefinder.media.child``. It reads one JSON line a request from stdin and writes
messages to stdout: a line of JSON, then as many bytes as its ``bytes`` field says.

    {"path": ..., "memory_bytes": ..., "cpu_seconds": ...}    first line: limits, set before anything is opened
    {"op": "probe"}                      -> {"info": {...}}
    {"op": "frames", "indices": [...]}   -> {"index", "time_seconds", "height", "width", "bytes"} + pixels, ...
                                            {"end": true, "decode_failures": n, "decoded": n}
    anything that goes wrong             -> {"error": code, "sentence": ..., "hint": ...}
    while a request takes long           -> {"alive": true}
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from fakefinder.errors import DecodeLimitExceeded, FakeFinderError
from fakefinder.media.decode import OUT_OF_MEMORY, Decoder, probe
from fakefinder.media.packets import PacketTable

CPU_GRACE_SECONDS = 5
"""Between SIGXCPU, by which the parent knows what happened, and SIGKILL, which the kernel sends at the hard limit."""

LAST_WORDS_BYTES = 1 << 20
"""The child may write no file but what it says on stderr when it breaks down."""


def main() -> None:
    """Serve requests until stdin ends."""
    out = _Messages(sys.stdout.buffer)
    first = json.loads(sys.stdin.readline())
    _limit("RLIMIT_AS", first["memory_bytes"])
    _limit("RLIMIT_CPU", first["cpu_seconds"], grace=CPU_GRACE_SECONDS)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", LAST_WORDS_BYTES)
    requests = _Requests(Path(first["path"]), out)
    for line in sys.stdin:
        try:
            requests.answer(json.loads(line))
        except FakeFinderError as error:
            out.send({"error": error.code, "sentence": str(error), "hint": error.hint})
        except (*OUT_OF_MEMORY, ImportError):  # PyAV maps some of its libraries late
            sentence = f"Decoding {requests.path.name!r} needs more than {first['memory_bytes'] >> 20} MiB of memory."
            out.send(
                {"error": DecodeLimitExceeded.code, "sentence": sentence, "hint": DecodeLimitExceeded.default_hint}
            )


class _Requests:
    def __init__(self, path: Path, out: _Messages) -> None:
        self.path = path
        self._out = out
        self._table: PacketTable | None = None

    def answer(self, request: dict[str, Any]) -> None:
        if request["op"] == "probe":
            info, self._table = probe(self.path)
            fps = info.fps_from_header
            fields = asdict(info) | {"path": None, "fps_from_header": [fps.numerator, fps.denominator]}
            self._out.send({"info": fields})
        else:
            self._frames(request["indices"])

    def _frames(self, indices: Sequence[int]) -> None:
        if self._table is None:
            _, self._table = probe(self.path)
        decoder = Decoder(self.path, self._table)
        for frame in decoder.frames(indices):
            header = {"index": frame.index, "time_seconds": frame.time_seconds, "height": frame.height}
            self._out.send(header | {"width": frame.width}, frame.rgb.data.cast("B"))
        self._out.send({"end": True, "decode_failures": decoder.failures, "decoded": decoder.decoded})


class _Messages:
    """Writes messages; says ``alive`` every few seconds as long as the process uses the processor.

    A decoder that hangs without computing falls silent, and one that computes for ever meets RLIMIT_CPU.
    """

    _INTERVAL_SECONDS = 5.0

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        threading.Thread(target=self._beat, daemon=True).start()

    def send(self, message: dict[str, Any], payload: memoryview | bytes = b"") -> None:
        with self._lock:
            self._stream.write(json.dumps(message | {"bytes": len(payload)}).encode() + b"\n")
            self._stream.write(payload)
            self._stream.flush()

    def _beat(self) -> None:
        used, rest = 0.0, threading.Event()
        while not rest.wait(self._INTERVAL_SECONDS):
            usage = resource.getrusage(resource.RUSAGE_SELF)
            if (now := usage.ru_utime + usage.ru_stime) > used + 0.1:
                used = now
                try:
                    self.send({"alive": True})
                except BrokenPipeError:  # nobody listens any more
                    os._exit(1)


def _limit(name: str, value: int, *, grace: int = 0) -> None:
    """Set a limit that cannot be raised again; systems that do not know it go without."""
    with suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(getattr(resource, name), (value, value + grace))


if __name__ == "__main__":
    main()
