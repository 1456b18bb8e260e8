"""A weight store with random weights in the published layout, for timing alone."""

from __future__ import annotations

from pathlib import Path

import torch

from fakefinder.detectors import boken, selimsef
from fakefinder.nets.efficientnet import efficientnet
from fakefinder.weights.store import WeightStore


def random_store(folder: Path, detector: str) -> str:
    """The store's folder, below ``folder``."""
    published = folder / "published"
    published.mkdir()
    if detector == "boken":
        for name, variant in boken.NETS.items():
            torch.save(efficientnet(variant, 2).state_dict(), published / name)
    else:
        for name in selimsef.FILES:
            state = efficientnet("b7", 1).state_dict()
            torch.save({_selimsef_key(key): value for key, value in state.items()}, published / name)
    WeightStore(folder / "store").import_folder(detector, published, unlisted=True)
    return str(folder / "store")


def _selimsef_key(key: str) -> str:
    return key.replace("classifier.", "fc.") if key.startswith("classifier.") else f"encoder.{key}"
