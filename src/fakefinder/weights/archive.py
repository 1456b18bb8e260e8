"""Published files out of a tar.gz: streamed, by exact name, each bounded; no path of the archive is used."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

from fakefinder.errors import DownloadFailed
from fakefinder.weights.catalogue import ARCHIVE_BYTES_LIMIT

_CHUNK_BYTES = 2**20
_LONG_HEADER_LIMIT = 2**20
_LONG_HEADERS = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
                 tarfile.GNUTYPE_LONGLINK)  # fmt: skip


class _BoundedTarInfo(tarfile.TarInfo):
    """Refuses extended headers of a size that only an attack has: tarfile reads them into memory whole."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _BoundedTarInfo:
        info = super().frombuf(buf, encoding, errors)
        if info.type in _LONG_HEADERS and info.size > _LONG_HEADER_LIMIT:
            raise tarfile.ReadError(f"a header of {info.size} bytes")
        return info


def extract(archive: Path, limits: Mapping[str, int], folder: Path) -> Iterator[tuple[str, Path]]:
    """Each wanted file that is found, as (published name, file in ``folder``), in archive order.

    ``limits`` maps the published names that are wanted to the most bytes each may have. A member
    counts as a published file if it is a regular file and its path is that name, or ends with it
    after some folders. The caller removes the files.

    Raises:
        DownloadFailed: no tar.gz, ends too early, or unpacks to more than it may.
    """
    left = dict(limits)
    try:
        with tarfile.open(archive, "r|gz", tarinfo=_BoundedTarInfo) as opened:
            for member in opened:
                if member.offset_data + member.size > ARCHIVE_BYTES_LIMIT:
                    raise DownloadFailed(f"the archive unpacks to more than {ARCHIVE_BYTES_LIMIT} bytes")
                name = _wanted_name(member, left)
                if name is None:
                    continue
                stream = opened.extractfile(member)
                if stream is None:
                    continue
                target = folder / f"member-{len(left)}"
                _copy(stream, target, name, left.pop(name))
                yield name, target
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise DownloadFailed(f"the archive cannot be read: {error}") from error


def _wanted_name(member: tarfile.TarInfo, names: Collection[str]) -> str | None:
    if not member.isreg():
        return None
    return next((name for name in names if f"/{member.name}".endswith(f"/{name}")), None)


def _copy(stream: IO[bytes], target: Path, name: str, limit: int) -> None:
    size = 0
    with target.open("wb") as opened:
        while chunk := stream.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                raise DownloadFailed(f"{name} has more than {limit} bytes in the archive")
            opened.write(chunk)
