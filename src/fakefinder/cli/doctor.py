"""``fakefinder doctor``: is this machine ready to scan?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fakefinder.cli.exit_codes import ExitCode
from fakefinder.cli.store import WeightsFolder, open_store

if TYPE_CHECKING:
    from fakefinder.weights.store import WeightStore

_PACKAGES = ("torch", "torchvision", "timm", "av", "opencv-python-headless", "numpy", "openvino")
_OPTIONAL = ("openvino",)

Finding = tuple[bool, str, str]
"""(is it well, what was looked at, what was found)."""


def doctor(
    weights: WeightsFolder = None,
) -> None:
    """Look at packages, device, decoding and weights, and say what is missing."""
    store = open_store(weights)
    well = True
    for fine, what, found in [*_packages(), *_device(), *_decoding(), *_weights(store)]:
        typer.echo(f"{'ok ' if fine else '-- '} {what}: {found}")
        well = well and fine
    if not well:
        raise typer.Exit(ExitCode.SOME_FAILED)


def _packages() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name in _PACKAGES:
        try:
            yield True, name, version(name)
        except PackageNotFoundError:
            hint = (
                "not installed; nets run about 4 times slower on CPU (extra `cpu`)" if name in _OPTIONAL else "missing"
            )
            yield name in _OPTIONAL, name, hint


def _device() -> Iterator[Finding]:
    from fakefinder.nets.device import describe, resolve

    device = resolve("auto")
    yield True, "device", f"{device} ({describe(device)})"


def _decoding() -> Iterator[Finding]:
    """A video is made, and read back through the decoding child."""
    import tempfile

    import cv2
    import numpy as np

    from fakefinder.errors import FakeFinderError
    from fakefinder.media import open_video

    with tempfile.TemporaryDirectory(prefix="fakefinder-") as folder:
        path = Path(folder) / "doctor.avi"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
        for level in (0, 80, 160, 240):
            writer.write(np.full((48, 64, 3), level, np.uint8))
        writer.release()
        try:
            with open_video(path) as video:
                count = len(list(video.frames(range(4))))
        except FakeFinderError as error:
            yield False, "decoding", f"{error} {error.hint}"
        else:
            yield count == 4, "decoding", f"{count} of 4 frames came back from the decoding child"


def _weights(store: WeightStore) -> Iterator[Finding]:
    from fakefinder.detectors.registry import detector_class, names, ready
    from fakefinder.errors import FakeFinderError

    yield True, "weight store", str(store.root)
    for name in names():
        try:
            found = _version(store, name) if detector_class(name).card.needs_weights else "needs no weights"
        except FakeFinderError as error:
            yield False, f"detector {name}", f"{error} {error.hint}"
        else:
            yield True, f"detector {name}", found
    yield True, "a scan without --detector takes", ", ".join(ready(store))


def _version(store: WeightStore, name: str) -> str:
    active = store.active(name)
    return f"version {active.version}" + (" (comes with FakeFinder)" if active.origin == "packaged" else "")
