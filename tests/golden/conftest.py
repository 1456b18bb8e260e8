"""Published systems' reference numbers: their synthetic weights in a weight store, and a second decoder."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fakefinder.errors import WeightsError
from fakefinder.weights.store import WeightStore


@pytest.fixture(scope="session")
def synthetic(golden: Path) -> ModuleType:
    """The rule that rebuilds the synthetic checkpoints, as it comes with the reference numbers."""
    spec = importlib.util.spec_from_file_location("synthetic_weights", golden / "synthetic_weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def reference(golden: Path) -> Callable[[str, str], Any]:
    """``reference("boken", "e2e")`` is the content of ``boken/e2e.json``."""

    def read(detector: str, name: str) -> Any:
        return json.loads((golden / detector / f"{name}.json").read_text())

    return read


@pytest.fixture(scope="session")
def write_published(golden: Path, synthetic: ModuleType) -> Callable[[str, Path], None]:
    """``write_published("boken", folder)`` writes that detector's synthetic checkpoints as they are published."""

    def write(detector: str, folder: Path) -> None:
        manifest = synthetic.load_manifest(golden / "manifests" / f"{detector}.json")
        for name, entry in manifest["files"].items():
            _write_published(folder / name, synthetic, entry)

    return write


@pytest.fixture(scope="session")
def synthetic_store(golden: Path, synthetic: ModuleType) -> Callable[[str], WeightStore]:
    """``synthetic_store("boken")`` is a store with that detector's synthetic weights, imported as published files.

    Kept in the system's temp folder between runs, because making selimsef's takes a minute.
    """

    def store(detector: str) -> WeightStore:
        manifest = golden / "manifests" / f"{detector}.json"
        rule = manifest.read_bytes() + (golden / "synthetic_weights.py").read_bytes()
        key = hashlib.sha256(rule).hexdigest()[:12]
        kept = Path(tempfile.gettempdir()) / f"fakefinder-golden-{os.getuid()}" / f"{detector}-{key}"
        if not _usable(WeightStore(kept), detector):
            _make(kept, detector, synthetic, synthetic.load_manifest(manifest))
        return WeightStore(kept)

    return store


def _usable(store: WeightStore, detector: str) -> bool:
    try:
        store.active(detector)
    except WeightsError:
        return False
    return True


def _make(kept: Path, detector: str, synthetic: ModuleType, manifest: dict[str, Any]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as folder:
        for name, entry in manifest["files"].items():
            _write_published(Path(folder) / "published" / name, synthetic, entry)
        made = Path(folder) / "store"
        WeightStore(made).import_folder(detector, Path(folder) / "published", unlisted=True)
        shutil.rmtree(kept, ignore_errors=True)
        try:
            made.rename(kept)
        except OSError:  # another run was first
            if not _usable(WeightStore(kept), detector):
                raise


def _write_published(path: Path, synthetic: ModuleType, entry: dict[str, Any]) -> None:
    import torch

    arrays = synthetic.checkpoint_tensors(entry)
    assert synthetic.tensor_checksum(arrays) == entry["tensor_crc32"]
    path.parent.mkdir(exist_ok=True)
    tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
    torch.save(synthetic.wrap_checkpoint(entry, tensors), path)
