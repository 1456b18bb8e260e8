"""What ``torch.save`` wrote, read by torch's restricted unpickler alone.

Published checkpoints often carry numpy numbers beside the tensors (a best loss, say). They are not
used, so their constructors are replaced by an inert class instead of being let in.
"""

from __future__ import annotations

import pickle
import re
import struct
import threading
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

from fakefinder.errors import WeightsError, WeightsTruncated, WeightsUnsafe

_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
"""First byte of a pickle of protocol 2 or later, with which torch's older layout begins."""

_WANTS_CODE = re.compile(
    r"GLOBAL (?P<name>\S+)|Trying to call reduce|Can only (?:create new object|build)"
    r"|Unsupported operand (?:1[3-9]\d|2\d\d|105|111)\b"
)
"""Refusals of torch's unpickler that speak of code; 105, 111 and those from 128 on are opcodes that make objects."""

_INERT_NAMES = (
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.core.multiarray._reconstruct",
    "numpy._core.multiarray._reconstruct",
    "numpy.ndarray",
    "numpy.dtype",
)
_READING = threading.Lock()
"""The list of names that torch's unpickler knows is one per process."""


class _Inert:
    """Stands where a numpy number or array stood; keeps nothing."""

    def __init__(self, *_arguments: object) -> None: ...

    def __setstate__(self, _state: object) -> None: ...


def read(path: Path) -> object:
    """What the file holds, with tensors on the CPU.

    Raises:
        WeightsTruncated, WeightsUnsafe, WeightsError: as ``read_published``.
    """
    import torch

    with path.open("rb") as opened:
        head = opened.read(4)
    if head == _ZIP:
        _check_zip(path)
    allowed: list[Callable[..., object] | tuple[Callable[..., object], str]]
    allowed = [(_Inert, name) for name in _INERT_NAMES]
    try:
        with _READING, torch.serialization.safe_globals(allowed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch names no set of errors for a damaged file
        raise _named(error, path, is_pickle=head.startswith(_PICKLE)) from error


def _check_zip(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        raise WeightsTruncated(f"{path.name} ends too early: it is a zip archive without its table of contents.")
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise WeightsError(f"{path.name} is a damaged zip archive: {error}.") from error
    # torch stores without compression, so an honest archive unpacks to less than its own size.
    if unpacked > path.stat().st_size:
        raise WeightsUnsafe(f"{path.name} is a zip archive that unpacks to {unpacked} bytes; torch never packs.")


def _named(error: Exception, path: Path, *, is_pickle: bool) -> WeightsError:
    refused = _WANTS_CODE.search(str(error)) if isinstance(error, pickle.UnpicklingError) else None
    wanted = (refused.group("name") or "objects of its own") if refused else ""
    ends_early = isinstance(error, EOFError | IndexError | struct.error) or "unexpected EOF" in str(error)
    if is_pickle and (ends_early or _ends_within(wanted, path)):
        return WeightsTruncated(f"{path.name} ends too early.")
    if refused:
        return WeightsUnsafe(f"{path.name} was not loaded: it is a pickle that asks for {wanted}, not tensors alone.")
    return WeightsError(
        f"{path.name} is no weight file that can be read ({type(error).__name__}).",
        hint="State dicts saved by torch, Keras weights in HDF5 and safetensors can be read.",
    )


def _ends_within(wanted: str, path: Path) -> bool:
    """True where the file's last bytes are the beginning of an instruction that names ``wanted``."""
    if not wanted:
        return False
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - 512))
        end = opened.read()
    module, _, name = (re.escape(part.encode()) for part in wanted.rpartition("."))
    # torch drops the last character of each line as its newline, even where the file ends before it.
    return re.search(rb"c" + module + rb"(?:.?|\n" + name + rb".?)\Z", end) is not None
