"""Devices: which one a scan runs on, and how a report names it."""

from __future__ import annotations

import platform
from pathlib import Path

from fakefinder.errors import DeviceUnavailable, UsageError


def resolve(device: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` takes CUDA where it is there.

    Raises:
        UsageError: no such kind of device.
        DeviceUnavailable: CUDA was asked for and is not there.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise UsageError(f"There is no device {device!r}.", hint="Choose auto, cpu or cuda.")
    if device == "cpu":
        return device
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if device == "cuda":
        raise DeviceUnavailable("CUDA is not available on this machine.")
    return "cpu"


def describe(device: str) -> str:
    """The name of the processor or of the GPU, for the provenance of a report."""
    if device == "cuda":
        import torch

        return str(torch.cuda.get_device_name())
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
