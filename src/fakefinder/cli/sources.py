"""Sources: what a user may name as videos, and the files that come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from glob import glob, has_magic
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from fakefinder.errors import UsageError, VideoNotFound, VideoUnreadable

SUFFIXES = frozenset(
    ".3gp .asf .avi .bmp .flv .gif .jpeg .jpg .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .png .tif .tiff .ts "
    ".vob .webm .webp .wmv".split()
)
"""Endings that count as a video or a picture inside a folder; a file that is named itself may end as it likes."""

MAX_DOWNLOAD_BYTES = 8 << 30
_TIMEOUT_SECONDS = 60.0
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Source:
    """One video to be; ``fetch`` brings it to this machine for as long as its context lasts."""

    name: str
    fetch: Callable[[], AbstractContextManager[Path]]


def find_sources(names: Sequence[str]) -> list[Source]:
    """All videos that the names stand for, in their order: files, folders, patterns, addresses.

    Raises:
        VideoNotFound: a folder or pattern stands for nothing.
        UsageError: an address of a kind that is not known.
    """
    return [source for name in names for source in _expand(name)]


def _expand(name: str) -> Iterator[Source]:
    scheme = urlsplit(name).scheme if "://" in name else ""
    if scheme in ("http", "https"):
        yield Source(name, lambda: _downloaded(name))
    elif scheme == "s3":
        yield from _bucket(name)
    elif scheme:
        raise UsageError(f"{name!r} is an address of an unknown kind.", hint="Known are http, https and s3.")
    elif Path(name).is_dir():
        yield from _folder(Path(name))
    elif has_magic(name) and not Path(name).exists():
        paths = sorted(map(Path, glob(name, recursive=True)))  # noqa: PTH207 - absolute patterns too
        if not paths:
            raise VideoNotFound(f"Nothing matches {name!r}.")
        yield from (_local(path) for path in paths if path.is_file())
    else:
        yield _local(Path(name))


def _local(path: Path) -> Source:
    return Source(str(path), lambda: nullcontext(path))


def _folder(folder: Path) -> Iterator[Source]:
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    )
    if not paths:
        raise VideoNotFound(f"The folder {str(folder)!r} holds no videos.", hint="Name the files themselves.")
    yield from map(_local, paths)


@contextmanager
def _downloaded(url: str) -> Iterator[Path]:
    """The file behind an address, in a temporary folder.

    Raises:
        VideoNotFound: the address does not answer.
        VideoUnreadable: it answers with more than ``MAX_DOWNLOAD_BYTES``.
    """
    import httpx

    with _temporary(unquote(urlsplit(url).path)) as path, path.open("wb") as file:
        try:
            with httpx.stream("GET", url, follow_redirects=True, timeout=_TIMEOUT_SECONDS) as answer:
                answer.raise_for_status()
                for block in answer.iter_bytes(_BLOCK_BYTES):
                    file.write(block)
                    _limit(file.tell(), url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise VideoNotFound(f"{url} cannot be fetched: {error}", hint="Open the address in a browser.") from error
        file.flush()
        yield path


def _bucket(url: str) -> Iterator[Source]:
    """The videos below an ``s3://`` prefix; credentials come from the usual AWS variables."""
    try:
        import obstore
        from obstore.exceptions import BaseError
    except ModuleNotFoundError as error:
        raise UsageError("S3 needs the extra `s3`.", hint="Install it: pip install 'fakefinder[s3]'.") from error
    failures = (BaseError, FileNotFoundError, PermissionError)  # obstore turns two of its errors into Python's own
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    store = obstore.store.from_url(f"s3://{bucket}")

    @contextmanager
    def fetched(key: str) -> Iterator[Path]:
        with _temporary(key) as path, path.open("wb") as file:
            try:
                for block in obstore.get(store, key).stream(min_chunk_size=_BLOCK_BYTES):
                    file.write(block)
                    _limit(file.tell(), key)
            except failures as error:
                raise VideoNotFound(f"s3://{bucket}/{key} cannot be fetched: {_first_line(error)}") from error
            file.flush()
            yield path

    try:
        if PurePosixPath(prefix).suffix.lower() in SUFFIXES:
            keys = [prefix]  # the object itself: a listing gives only what lies below
        else:
            keys = [item["path"] for batch in obstore.list(store, prefix=prefix or None) for item in batch]
    except failures as error:
        hint = "Check name, region and credentials."
        raise VideoNotFound(f"{url} cannot be listed: {_first_line(error)}", hint=hint) from error
    keys = sorted(key for key in keys if PurePosixPath(key).suffix.lower() in SUFFIXES)
    if not keys:
        raise VideoNotFound(f"There are no videos below {url}.")
    yield from (Source(f"s3://{bucket}/{key}", partial(fetched, key)) for key in keys)


@contextmanager
def _temporary(remote: str) -> Iterator[Path]:
    """A path to write to whose name is the last part of ``remote``, fit for this machine."""
    name = "".join(c if c.isalnum() or c in "._- " else "_" for c in PurePosixPath(remote).name)[-100:].lstrip(".")
    with tempfile.TemporaryDirectory(prefix="fakefinder-") as folder:
        yield Path(folder) / (name or "video")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _limit(size: int, name: str) -> None:
    if size > MAX_DOWNLOAD_BYTES:
        raise VideoUnreadable(f"{name} is larger than {MAX_DOWNLOAD_BYTES >> 30} GiB.", hint="Download it yourself.")
