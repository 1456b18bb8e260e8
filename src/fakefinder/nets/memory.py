"""Memory given back to the system, on Linux; elsewhere these functions change nothing."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from pathlib import Path

_MADV_DONTNEED = 4
"""Of ``madvise`` in Linux: the pages are not needed soon."""
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
"""Of ``mallopt`` in the GNU C library: free bytes at the end of the heap, and blocks outside of it."""


def forget_pages(file: Path) -> None:
    """Give back the memory into which a file is mapped, read-only; what is looked at again is read again."""
    with suppress(OSError):
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="surrogateescape")
        for line in maps.splitlines():
            addresses, access, _offset, _device, _inode, *path = line.split(maxsplit=5)
            if path == [str(file.resolve())] and access == "r--s":
                start, end = (int(address, 16) for address in addresses.split("-"))
                ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED)


def give_back_freed() -> None:
    """Give back what was freed: the C library else keeps pieces below 32 MB, which most weights are; takes 10 ms."""
    with suppress(AttributeError):  # not the GNU C library
        ctypes.CDLL(None).malloc_trim(ctypes.c_size_t(0))


def keep_freed() -> None:
    """From now on this process keeps what it frees, for its own next use.

    Training makes and drops the same large tensors in each step. The C library would return each of them to the system
    and ask for it again, zeroed page by page: half of the time of a step on a CPU.
    """
    with suppress(AttributeError):  # not the GNU C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
