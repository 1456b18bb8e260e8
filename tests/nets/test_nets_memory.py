"""Memory is given back, and what it held is still there to be read."""

from __future__ import annotations

import mmap
import subprocess
import sys
from pathlib import Path

import pytest

from fakefinder.nets.memory import forget_pages, give_back_freed

MEGABYTE = 1 << 20


def resident_mb(file: Path) -> float:
    """How much of the mappings of a file is in memory."""
    total, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(maxsplit=1)[0]:
            inside = line.endswith(str(file))
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="only done on Linux")
def test_pages_of_a_mapped_file_are_forgotten_and_read_again(tmp_path: Path) -> None:
    file, other = tmp_path / "weights.bin", tmp_path / "other.bin"
    for path in (file, other):
        path.write_bytes(bytes([7]) * (16 * MEGABYTE))
    with file.open("rb") as a, other.open("rb") as b:
        mapped = mmap.mmap(a.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
        kept = mmap.mmap(b.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ)
        assert sum(mapped[::4096]) == sum(kept[::4096]) == 7 * 4096
        assert resident_mb(file) == resident_mb(other) == 16
        forget_pages(file)
        assert (resident_mb(file), resident_mb(other)) == (0, 16)
        assert sum(mapped[::4096]) == 7 * 4096


def test_a_file_that_is_not_mapped_or_not_there_is_no_error(tmp_path: Path) -> None:
    forget_pages(tmp_path / "absent")
    (tmp_path / "there").write_bytes(b"x")
    forget_pages(tmp_path / "there")


@pytest.mark.skipif(sys.platform != "linux", reason="only done on Linux")
def test_what_a_program_frees_goes_back() -> None:
    def anonymous_mb() -> float:
        (line,) = [row for row in Path("/proc/self/status").read_text().splitlines() if row.startswith("RssAnon")]
        return int(line.split()[1]) / 1024

    pieces = [bytearray(64 << 10) for _ in range(2000)]  # too small to be mapped one by one
    pin = bytearray(64 << 10)  # noqa: F841 - lies above them, so that the C library keeps what is below
    full = anonymous_mb()
    del pieces
    give_back_freed()
    assert anonymous_mb() < full - 100


FAULTS = """
import resource, sys
from fakefinder.nets.memory import keep_freed
if sys.argv[1] == "keep":
    keep_freed()
bytearray(50_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    bytearray(b"1") * 50_000_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
"""Page faults of ten times 50 MB, which are 12,200 pages each."""


@pytest.mark.skipif(sys.platform != "linux", reason="only done on Linux")
def test_what_is_kept_need_not_be_asked_for_again() -> None:
    faults = {}
    for way in ("keep", "return"):
        command = [sys.executable, "-c", FAULTS, way]
        faults[way] = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert faults["keep"] < 15_000
    assert faults["keep"] < faults["return"] / 4
