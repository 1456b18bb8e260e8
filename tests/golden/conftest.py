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
from tools.make_synthetic_store import ALWAYS_ONE_FACE, make_store, write_published


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
def synthetic_store(golden: Path) -> Callable[..., WeightStore]:
    """``synthetic_store("boken")`` is a store with that detector's synthetic weights, imported as published files.

    With ``one_face=True`` the face finders of wm and ntech, whose weights are synthetic too, see one face in every
    frame. Kept in the system's temp folder between runs, because making selimsef's takes a minute.
    """

    def store(detector: str, *, one_face: bool = False) -> WeightStore:
        sources = golden / "manifests" / f"{detector}.json", golden / "synthetic_weights.py"
        rule = b"".join(path.read_bytes() for path in sources)
        replaced = ALWAYS_ONE_FACE.get(detector) if one_face else None
        key = hashlib.sha256(rule + repr(replaced).encode() if replaced else rule).hexdigest()[:12]
        kept = Path(tempfile.gettempdir()) / f"fakefinder-golden-{os.getuid()}" / f"{detector}-{key}"
        if not _usable(WeightStore(kept), detector):
            _make(detector, kept, partial(make_store, golden, detector, one_face=one_face))
        return WeightStore(kept)

    return store


def _usable(store: WeightStore, detector: str) -> bool:
    try:
        store.active(detector)
    except WeightsError:
        return False
    return True


def _make(detector: str, kept: Path, write: Callable[[Path], None]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent, prefix=".making-") as folder:
        made = Path(folder) / "store"
        write(made)
        shutil.rmtree(kept, ignore_errors=True)
        try:
            made.rename(kept)
        except OSError:  # another run was first
            if not _usable(WeightStore(kept), detector):
                raise
