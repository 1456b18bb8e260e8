"""Writes src/fakefinder/nets/mtcnn.safetensors from the wheel of facenet-pytorch.

    python tools/convert_mtcnn.py [WHEEL]

Without a path the wheel of facenet-pytorch is fetched with `pip download`. Only its three weight files are
read, as plain tensors; none of its code is run or unpacked.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import tempfile
import zipfile
from pathlib import Path

import torch
from safetensors.torch import save_file

PACKAGE = "facenet-pytorch==2.6.0"
TARGET = Path(__file__).parents[1] / "src" / "fakefinder" / "nets" / "mtcnn.safetensors"
SHA256 = {
    "pnet": "a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
    "rnet": "bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
    "onet": "165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
}
"""sha256 of facenet_pytorch/data/NET.pt in the wheels of 2.5.1 and 2.6.0."""


def fetch_wheel(folder: Path) -> Path:
    """The path of the wheel, downloaded into ``folder``."""
    command = ["pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def tensors_of(wheel: Path) -> dict[str, torch.Tensor]:
    """All weights in the wheel, keyed ``pnet.conv1.weight`` and so on; float32.

    Raises:
        SystemExit: a weight file is not the published one.
    """
    tensors = {}
    with zipfile.ZipFile(wheel) as members:
        for net, sha256 in SHA256.items():
            content = members.read(f"facenet_pytorch/data/{net}.pt")
            if hashlib.sha256(content).hexdigest() != sha256:
                raise SystemExit(f"{net}.pt in {wheel} is not the published file.")
            state = torch.load(io.BytesIO(content), weights_only=True)
            tensors.update({f"{net}.{key}": value.contiguous() for key, value in state.items()})
    return tensors


def main() -> None:
    """Convert, and print the sha256 that ``fakefinder.nets.mtcnn.WEIGHTS_SHA256`` must name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", nargs="?", type=Path, help="path of the wheel; fetched when left out")
    wheel = parser.parse_args().wheel
    with tempfile.TemporaryDirectory() as folder:
        save_file(tensors_of(wheel or fetch_wheel(Path(folder))), TARGET)
    print(hashlib.sha256(TARGET.read_bytes()).hexdigest(), TARGET)


if __name__ == "__main__":
    main()
