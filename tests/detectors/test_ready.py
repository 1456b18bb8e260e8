"""Which detectors score where none is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fakefinder.detectors import registry
from fakefinder.detectors.stub import StubDetector
from fakefinder.weights.store import WeightStore


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "store")


def bring(store: WeightStore, detector: str, folder: Path) -> None:
    """Import files of a detector; whether they fit its net does not matter here."""
    folder.mkdir()
    entries = store.catalogue.detectors.get(detector)
    for name in [entry.name for entry in entries.files] if entries else ["net"]:
        save_file({"x": torch.zeros(1)}, folder / name)
    store.import_folder(detector, folder, unlisted=True)


def test_on_a_fresh_machine_blend(store: WeightStore) -> None:
    assert registry.ready(store) == ["blend"]


def test_once_other_weights_are_here_those_alone(store: WeightStore, tmp_path: Path) -> None:
    bring(store, "mesonet", tmp_path / "mesonet")
    bring(store, "boken", tmp_path / "boken")
    assert registry.ready(store) == ["boken", "mesonet"]


def test_an_own_version_of_blend_takes_part(store: WeightStore, tmp_path: Path) -> None:
    bring(store, "mesonet", tmp_path / "mesonet")
    bring(store, "blend", tmp_path / "blend")
    assert registry.ready(store) == ["blend", "mesonet"]
    store.pull("blend")
    assert registry.ready(store) == ["mesonet"]


def test_detectors_without_weights_are_always_there(store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> None:
    installed, known = registry.detector_class, registry.names
    monkeypatch.setattr(registry, "detector_class", lambda name: StubDetector if name == "stub" else installed(name))
    monkeypatch.setattr(registry, "names", lambda: [*known(), "stub"])
    assert registry.ready(store) == ["blend", "stub"]


def test_packaged_weights_that_are_damaged_are_asked_all_the_same(tmp_path: Path) -> None:
    """The scan then says what is wrong, where it would otherwise ask nobody."""
    (tmp_path / "packaged" / "blend" / "1").mkdir(parents=True)
    (tmp_path / "packaged" / "blend" / "1" / "manifest.json").write_text("{}")
    (tmp_path / "packaged" / "blend" / "active").write_text("1")
    assert registry.ready(WeightStore(tmp_path / "store", packaged=tmp_path / "packaged")) == ["blend"]
