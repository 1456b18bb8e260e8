"""A real HTTP server that can misbehave, small checkpoints, and catalogues that point at the server."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import torch

from fakefinder.weights.catalogue import Catalogue


@dataclass
class Served:
    """What lies at one address, and how the server behaves there."""

    content: bytes = b""
    status: int = 200
    location: str | None = None
    etag: str | None = None
    """By default a hash of the content."""
    with_length: bool = True
    breaks_after: list[int] = field(default_factory=list)
    """For each request, the bytes after which the connection is closed; whole answers when it is used up."""
    stalls_after: int | None = None
    """Bytes after which the answer waits for ``released``."""
    stalled: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, *_arguments: object) -> None:
        """A client that goes away in the middle is part of the tests."""


class FileServer:
    """Serves ``files`` on 127.0.0.1 and keeps the requests that came."""

    def __init__(self) -> None:
        self.files: dict[str, Served] = {}
        self.requests: list[tuple[str, str | None]] = []
        """Path and Range header."""
        self._server = _QuietServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/{path}"

    def serve(self, path: str, content: bytes, **behaviour: Any) -> Served:
        self.files[f"/{path}"] = Served(content, **behaviour)
        return self.files[f"/{path}"]

    def close(self) -> None:
        for served in self.files.values():
            served.released.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                server.requests.append((self.path, self.headers.get("Range")))
                answer(self, server.files.get(self.path))

            def log_message(self, *_arguments: object) -> None: ...

        return Handler


def answer(request: BaseHTTPRequestHandler, served: Served | None) -> None:
    """Answer one GET, with Range and If-Range as RFC 9110 has them."""
    if served is None or served.status not in (200, 302):
        request.send_response(served.status if served else 404)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    if served.location:
        request.send_response(302)
        request.send_header("Location", served.location)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    etag = served.etag if served.etag is not None else f'"{hashlib.sha256(served.content).hexdigest()[:8]}"'
    start = _start(request, etag)
    if start > len(served.content):
        request.send_response(416)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return
    body = served.content[start:]
    request.send_response(206 if start else 200)
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(served.content) - 1}/{len(served.content)}")
    if etag:
        request.send_header("ETag", etag)
    if served.with_length:
        request.send_header("Content-Length", str(len(body)))
    else:
        request.send_header("Connection", "close")
    request.end_headers()
    _send(request, served, body)


def _start(request: BaseHTTPRequestHandler, etag: str) -> int:
    found = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
    return int(found.group(1)) if found and request.headers.get("If-Range") == etag else 0


def _send(request: BaseHTTPRequestHandler, served: Served, body: bytes) -> None:
    if served.stalls_after is not None:
        request.wfile.write(body[: served.stalls_after])
        request.wfile.flush()
        served.stalled.set()
        served.released.wait(60)
        body = body[served.stalls_after :]
    if served.breaks_after:
        body = body[: served.breaks_after.pop(0)]
        request.close_connection = True
    if not served.with_length:
        request.close_connection = True
    try:
        request.wfile.write(body)
    except (BrokenPipeError, ConnectionResetError):
        request.close_connection = True


@pytest.fixture
def server() -> Iterator[FileServer]:
    made = FileServer()
    yield made
    made.close()


def checkpoint(seed: int, *, container: bool = False, prefix: str = "") -> bytes:
    """A file as ``torch.save`` writes it, with two tensors."""
    generator = torch.Generator().manual_seed(seed)
    state = {
        f"{prefix}weight": torch.randn(64, 64, generator=generator),
        f"{prefix}bias": torch.randn(64, generator=generator),
    }
    opened = io.BytesIO()
    torch.save({"state_dict": state, "epoch": 3} if container else state, opened)
    return opened.getvalue()


@pytest.fixture(name="checkpoint")
def _checkpoint() -> Callable[..., bytes]:
    return checkpoint


def entry(name: str, content: bytes, *urls: str, known: bool = True) -> dict[str, Any]:
    """One file of a catalogue."""
    facts = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} if known else {}
    return {"name": name, "urls": urls, **facts}


@pytest.fixture(name="entry")
def _entry() -> Callable[..., dict[str, Any]]:
    return entry


@pytest.fixture
def catalogue_of() -> Callable[..., Catalogue]:
    """Makes a catalogue of one detector, ``probe``."""

    def make(*files: Mapping[str, Any], licence: str = "MIT", archive: str | None = None) -> Catalogue:
        entries = {"licence": licence, "archive": archive, "files": files}
        return Catalogue.model_validate({"detectors": {"probe": entries}})

    return make


@pytest.fixture
def tar_of() -> Callable[[Mapping[str, bytes]], bytes]:
    """Packs members into a tar.gz."""

    def pack(members: Mapping[str, bytes]) -> bytes:
        opened = io.BytesIO()
        with tarfile.open(fileobj=opened, mode="w:gz") as archive:
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return opened.getvalue()

    return pack
