"""Checkpoints: files that are there whole or not at all, and that hold tensors and plain values only."""

from __future__ import annotations

import errno
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from fakefinder.errors import NoSpace, UsageError

LAST, BEST = "last.pt", "best.pt"
"""Where a run stands, and the averaged weights of its best epoch."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that an interruption leaves the earlier one, or none.

    Raises:
        NoSpace: the disk is full; what was there stays.
        UsageError: the folder cannot be written to.
    """
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise NoSpace(f"There is no room for {path}.", hint="Make room; the same command goes on.") from error
        hint = "Name a folder that you may write to with --out."
        raise UsageError(f"{path} cannot be written: {error.strerror}.", hint=hint) from error


def write_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write tensors and plain values, nested in dicts and lists."""
    content = io.BytesIO()
    torch.save(dict(state), content)
    write_whole(path, content.getvalue())


def read_checkpoint(path: Path) -> dict[str, Any] | None:
    """What was written, on the CPU; None where there is no such file. Nothing in the file is run.

    Raises:
        UsageError: the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch tells damage by a dozen kinds of errors
        raise UsageError(
            f"{path} cannot be read as a checkpoint: {type(error).__name__}.",
            hint="Remove it to start that run again from the beginning.",
        ) from error
    return state
