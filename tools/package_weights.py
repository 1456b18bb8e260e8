"""Puts trained nets into the package as the weights of a detector, in place of those that are there.

    python tools/package_weights.py --version 1 --slope 1.3 --intercept -0.2 NET.safetensors ...

Each file holds the tensors of one net; it is kept under its own name without the ending, with the calibration in it.
Tensors with two axes or more become float16, the few vectors float32. The calibration, from logits to the logarithm
of the odds of fake, may be left out where the files hold one.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import torch
from safetensors.torch import save_file

from fakefinder.detectors.blend.calibration import INTERCEPT_KEY, SLOPE_KEY, Calibration
from fakefinder.weights import packaged_root
from fakefinder.weights.active import ActiveWeights, file_sha256
from fakefinder.weights.load import read_published
from fakefinder.weights.manifest import Manifest, StoredFile, write_manifest
from fakefinder.weights.staging import Check

DETECTOR = "blend"
LICENCE = "Apache-2.0"
BYTES_LIMIT = 20 * 10**6
"""For all files together: more would make the package slow to install."""


def package(
    nets: Sequence[Path], version: str, calibration: Calibration | None, *, home: Path, check: Check
) -> ActiveWeights:
    """The weights as they lie in ``home`` from now on; what was there before is gone.

    Args:
        nets: weight files of any kind that can be read.
        version: name of the folder.
        calibration: of all nets; None takes that in each file.
        home: folder of the detector; it is replaced whole.
        check: raises where the weights do not fit the detector; nothing is replaced then.

    Raises:
        SystemExit: the files are too large.
        WeightsError: as ``read_published`` and ``check``.
    """
    making = home.with_name(f".{home.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    folder = making / version
    folder.mkdir(parents=True)
    files = tuple(_stored(net, calibration, folder) for net in nets)
    total = sum(file.bytes for file in files)
    if total > BYTES_LIMIT:
        raise SystemExit(f"The files have {total} bytes; {BYTES_LIMIT} is the limit.")
    manifest = Manifest(
        detector=home.name, version=version, origin="packaged", created_at=datetime.now(UTC), files=files
    )
    check(ActiveWeights.of(manifest, folder))
    shutil.rmtree(folder / "graphs", ignore_errors=True)
    write_manifest(manifest, folder)
    (making / "active").write_text(f"{version}\n", encoding="utf-8")
    shutil.rmtree(home, ignore_errors=True)
    making.rename(home)
    return ActiveWeights.of(manifest, home / version)


def _stored(net: Path, calibration: Calibration | None, folder: Path) -> StoredFile:
    """One net, made smaller, with its calibration; the published file is the stored one."""
    tensors = read_published(net)
    calibration = calibration or Calibration.of(tensors)
    smaller = {
        key: value.to(torch.float16 if value.ndim > 1 else torch.float32)
        for key, value in tensors.items()
        if value.is_floating_point() and key not in (SLOPE_KEY, INTERCEPT_KEY)
    }
    target = folder / f"{net.stem}.safetensors"
    save_file(smaller | calibration.tensors(), target)
    target.chmod(0o644)  # safetensors writes files for their owner alone
    sha256, size = file_sha256(target), target.stat().st_size
    return StoredFile(
        name=net.stem,
        sha256=sha256,
        bytes=size,
        listed=True,
        licence=LICENCE,
        source="packaged",
        stored_sha256=sha256,
        stored_bytes=size,
    )


def main() -> None:
    """Read the arguments, package, and say what lies there now."""
    from fakefinder.detectors.registry import strict_check

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nets", nargs="+", type=Path, metavar="NET")
    parser.add_argument("--version", required=True)
    parser.add_argument("--slope", type=float)
    parser.add_argument("--intercept", type=float)
    given = parser.parse_args()
    if (given.slope is None) != (given.intercept is None):
        parser.error("--slope and --intercept go together")
    calibration = None if given.slope is None else Calibration(given.slope, given.intercept)
    check = strict_check(DETECTOR)
    assert check is not None, "blend is a built-in detector"
    made = package(given.nets, given.version, calibration, home=packaged_root() / DETECTOR, check=check)
    for name, file in made.files.items():
        print(file.sha256, file.bytes, file.path(made.folder), name)


if __name__ == "__main__":
    main()
