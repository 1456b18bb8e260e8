"""One address to one file on disk: resumable, bounded, http and https only.

What has arrived is kept beside the target as ``.part``, with the server's validator (ETag or
Last-Modified) in ``.validator``; the next try goes on from there if the server still has the same file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fakefinder._version import __version__
from fakefinder.errors import DownloadFailed

if TYPE_CHECKING:
    import httpx

Progress = Callable[[str, int, int | None], None]
"""Called with a name, the bytes that are there, and how many there will be, where that is known."""

REDIRECTS_LIMIT = 5
TRIES = 5
"""Connections per call; each after the first must be preceded by one that brought bytes."""


@dataclass(frozen=True)
class Wanted:
    """An address, and how large what lies there may be."""

    url: str
    limit: int
    """Bytes."""
    exact: bool = False
    """True where it must have ``limit`` bytes, no fewer."""

    @property
    def name(self) -> str:
        """The last part of the address, to show."""
        return self.url.rsplit("/", 1)[-1]

    def check(self, size: int, verb: str) -> None:
        """Return where ``size`` fits.

        Raises:
            DownloadFailed: it does not.
        """
        if size > self.limit or (self.exact and size != self.limit):
            bound = str(self.limit) if self.exact else f"at most {self.limit}"
            raise DownloadFailed(f"{self.url} {verb} {size} bytes; {bound} are expected")


def place_of(url: str, folder: Path) -> Path:
    """Where the finished download of ``url`` lies in ``folder``."""
    return folder / hashlib.sha256(url.encode()).hexdigest()[:24]


def fetch(wanted: Wanted, folder: Path, progress: Progress | None = None) -> Path:
    """The downloaded file in ``folder``; one that an earlier call finished is taken as it is.

    Raises:
        DownloadFailed: no answer, an error status, or a size that does not fit.
    """
    import httpx

    target = place_of(wanted.url, folder)
    if target.exists():
        return target
    part = _Part(target)
    with _client(wanted.url) as client:
        for tries_left in reversed(range(TRIES)):
            before = part.size
            try:
                _receive(client, wanted, part, progress)
                break
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                if part.size <= before or not tries_left:
                    raise DownloadFailed(f"{wanted.url}: {error or type(error).__name__}") from error
    part.finish()
    return target


class _Part:
    """What has arrived of a download so far."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path = target.with_name(f"{target.name}.part")
        self._validator = target.with_name(f"{target.name}.validator")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def validator(self) -> str:
        """What the server calls this version of its file; empty where it gave no name that can be relied on."""
        return self._validator.read_text(encoding="utf-8") if self._validator.exists() else ""

    def begin(self, validator: str) -> None:
        self.path.write_bytes(b"")
        self._validator.write_text(validator, encoding="utf-8")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._validator.unlink(missing_ok=True)

    def finish(self) -> None:
        self.path.replace(self._target)
        self._validator.unlink(missing_ok=True)


def _client(url: str) -> httpx.Client:
    import httpx

    allowed = ("https",) if url.startswith("https:") else ("https", "http")

    def refuse_other_schemes(request: httpx.Request) -> None:
        if request.url.scheme not in allowed:
            raise DownloadFailed(f"{url} leads to {request.url.scheme}, which is not accepted")

    return httpx.Client(
        follow_redirects=True,
        max_redirects=REDIRECTS_LIMIT,
        timeout=httpx.Timeout(30, connect=15),
        # Ranges and sizes speak of the file's own bytes, so it must not be packed on the way.
        headers={"Accept-Encoding": "identity", "User-Agent": f"fakefinder/{__version__}"},
        event_hooks={"request": [refuse_other_schemes]},
    )


def _receive(client: httpx.Client, wanted: Wanted, part: _Part, progress: Progress | None) -> None:
    with _answer(client, wanted, part) as response:
        total = _announced(response, part)
        if total is not None:
            wanted.check(total, "announces")
        size = part.size
        # Unbuffered, and in the pieces that arrive: what a broken connection or a killed process has got is kept.
        with part.path.open("ab", buffering=0) as opened:
            for chunk in response.iter_raw():
                size += len(chunk)
                if size > wanted.limit:
                    part.discard()
                    wanted.check(size, "sends")
                opened.write(chunk)
                if progress:
                    progress(wanted.name, size, total)
    try:
        wanted.check(size, "sends")
    except DownloadFailed:
        part.discard()
        raise


@contextmanager
def _answer(client: httpx.Client, wanted: Wanted, part: _Part) -> Iterator[httpx.Response]:
    """A response whose body continues ``part``, which is emptied where the server begins anew."""
    have = part.size if part.validator else 0
    headers = {"Range": f"bytes={have}-", "If-Range": part.validator} if have else {}
    with client.stream("GET", wanted.url, headers=headers) as response:
        if response.status_code == 206 and _range_start(response) == have:
            yield response
            return
        if response.status_code == 200:
            part.begin(_validator(response))
            yield response
            return
        if not have or response.status_code not in (206, 416):
            raise DownloadFailed(f"{wanted.url}: HTTP {response.status_code}")
    # Another range than asked for, or none: what is here does not fit what is there.
    part.discard()
    with _answer(client, wanted, part) as response:
        yield response


def _validator(response: httpx.Response) -> str:
    tag = str(response.headers.get("ETag", ""))
    # If-Range accepts strong tags alone (RFC 9110, 13.1.5).
    return tag if tag.startswith('"') else str(response.headers.get("Last-Modified", ""))


def _range_start(response: httpx.Response) -> int | None:
    found = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(found.group(1)) if found else None


def _announced(response: httpx.Response, part: _Part) -> int | None:
    length = response.headers.get("Content-Length", "")
    return part.size + int(length) if length.isdigit() else None
