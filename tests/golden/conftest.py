"""Published systems' reference numbers, and their synthetic weights in a weight store."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fakefinder.errors import WeightsError
from fakefinder.weights.store import WeightStore
from tools.make_synthetic_store import make_store, write_published


@pytest.fixture(scope="session")
def reference(golden: Path) -> Callable[[str, str], Any]:
    """``reference("boken", "e2e")`` is the content of ``boken/e2e.json``."""

    def read(detector: str, name: str) -> Any:
        return json.loads((golden / detector / f"{name}.json").read_text())

    return read


@pytest.fixture(scope="session", name="write_published")
def written_as_published(golden: Path) -> Callable[[str, Path], None]:
    """``write_published("boken", folder)`` writes that detector's synthetic checkpoints as they are published."""
    return partial(write_published, golden)


@pytest.fixture(scope="session")
def synthetic_store(golden: Path) -> Callable[[str], WeightStore]:
    """``synthetic_store("boken")`` is a store with that detector's synthetic weights, imported as published files.

    Kept in the system's temp folder between runs, because making selimsef's takes a minute.
    """

    def store(detector: str) -> WeightStore:
        rule = (golden / "manifests" / f"{detector}.json").read_bytes() + (golden / "synthetic_weights.py").read_bytes()
        key = hashlib.sha256(rule).hexdigest()[:12]
        kept = Path(tempfile.gettempdir()) / f"fakefinder-golden-{os.getuid()}" / f"{detector}-{key}"
        if not _usable(WeightStore(kept), detector):
            _make(golden, detector, kept)
        return WeightStore(kept)

    return store


def _usable(store: WeightStore, detector: str) -> bool:
    try:
        store.active(detector)
    except WeightsError:
        return False
    return True


def _make(golden: Path, detector: str, kept: Path) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as folder:
        made = Path(folder) / "store"
        make_store(golden, detector, made)
        shutil.rmtree(kept, ignore_errors=True)
        try:
            made.rename(kept)
        except OSError:  # another run was first
            if not _usable(WeightStore(kept), detector):
                raise
