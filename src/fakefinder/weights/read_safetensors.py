"""Safetensors: no code can hide in it; what is left to tell apart is damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fakefinder.errors import WeightsError, WeightsTruncated

_ENDS_EARLY = ("invalid header length", "file not fully covered")
"""What safetensors says of a file that is shorter than its header states."""


def read(path: Path) -> Mapping[str, object]:
    """Key to tensor, on the CPU.

    Raises:
        WeightsTruncated: the file ends too early.
        WeightsError: it is damaged otherwise.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        if any(word in str(error) for word in _ENDS_EARLY):
            raise WeightsTruncated(f"{path.name} ends too early: its length is not what its header states.") from error
        raise WeightsError(f"{path.name} is safetensors that cannot be read: {error}") from error
