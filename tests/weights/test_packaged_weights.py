"""Weights inside the package: used where the store has none, checked as any other, and never written to."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from fakefinder.errors import WeightsAltered, WeightsMissing
from fakefinder.weights import packaged_root
from fakefinder.weights.active import REINSTALL
from fakefinder.weights.overview import overview
from fakefinder.weights.store import ActiveWeights, WeightStore

ROOT = Path(__file__).parents[2]
BYTES_LIMIT = 20 * 10**6


@pytest.fixture
def packaged(tmp_path: Path, checkpoint: Callable[..., bytes]) -> Path:
    """A folder as the one inside the package, with version ``1`` of ``own``."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "net").write_bytes(checkpoint(1))
    made = WeightStore(tmp_path / "packaged", packaged=tmp_path / "none")
    made.import_folder("own", tmp_path / "files", version="1", unlisted=True)
    manifest = tmp_path / "packaged" / "own" / "1" / "manifest.json"
    record = json.loads(manifest.read_text())
    record["origin"] = "packaged"
    record["files"][0].update(listed=True, licence="Apache-2.0")
    manifest.write_text(json.dumps(record))
    return tmp_path / "packaged"


@pytest.fixture
def store(tmp_path: Path, packaged: Path) -> WeightStore:
    return WeightStore(tmp_path / "store", packaged=packaged)


def brought(store: WeightStore, folder: Path, content: bytes) -> ActiveWeights:
    folder.mkdir()
    (folder / "net").write_bytes(content)
    return store.import_folder("own", folder, version="tuned", unlisted=True)


def test_they_are_active_where_the_store_has_none(store: WeightStore) -> None:
    active = store.active("own")
    assert (active.version, active.origin, active.unlisted) == ("1", "packaged", ())
    assert active.tensors("net").keys() == {"weight", "bias"}
    assert not store.root.exists(), "asking makes nothing"


def test_the_store_has_the_first_word_and_pull_goes_back(
    store: WeightStore, tmp_path: Path, checkpoint: Callable[..., bytes]
) -> None:
    tuned = brought(store, tmp_path / "tuned", checkpoint(2))
    assert store.active("own") == tuned
    assert [manifest.version for manifest in store.versions("own")] == ["1", "tuned"]
    assert store.pull("own").version == store.active("own").version == "1"
    assert store.activate("own", "tuned") == store.active("own") == tuned
    assert store.activate("own", "1") == store.active("own")
    with pytest.raises(WeightsMissing):
        store.activate("own", "2")


def test_an_own_version_that_is_gone_is_not_replaced_in_silence(
    store: WeightStore, tmp_path: Path, checkpoint: Callable[..., bytes]
) -> None:
    shutil.rmtree(brought(store, tmp_path / "tuned", checkpoint(2)).folder)
    with pytest.raises(WeightsMissing) as caught:
        store.active("own")
    assert "`fakefinder weights pull own`" in caught.value.hint


def test_graphs_go_into_the_store(store: WeightStore, packaged: Path) -> None:
    assert store.active("own").graphs("key") == store.root / "own" / ".packaged-graphs" / "key"
    store.active("own").graphs("key").mkdir(parents=True)
    assert store.detectors() == ["own"]
    assert [manifest.version for manifest in store.versions("own")] == ["1"]
    assert not list(packaged.rglob("graphs"))


def test_list_and_verify_show_them(store: WeightStore) -> None:
    shown = {one.detector: one for one in overview(store)}["own"]
    assert (shown.state, shown.active, shown.origin, shown.licence) == ("complete", "1", "packaged", "Apache-2.0")
    assert [(found.file, found.origin, found.ok) for found in store.verify()] == [("net", "packaged", True)]


def test_altered_ones_are_not_loaded_and_the_hint_is_to_install_again(store: WeightStore, packaged: Path) -> None:
    stored = packaged / "own" / "1" / "net.safetensors"
    stored.write_bytes(stored.read_bytes()[:-1] + b"!")
    with pytest.raises(WeightsAltered) as caught:
        store.active("own").tensors("net")
    assert caught.value.hint == REINSTALL
    assert [found.ok for found in store.verify("own")] == [False]


def test_nothing_is_written_into_the_package(
    store: WeightStore, packaged: Path, tmp_path: Path, checkpoint: Callable[..., bytes]
) -> None:
    def seen() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in packaged.rglob("*")}

    before = seen()
    brought(store, tmp_path / "tuned", checkpoint(2))
    assert store.pull("own").tensors("net")
    store.active("own").graphs("key")
    assert all(found.ok for found in store.verify("own"))
    assert seen() == before


def real_files() -> Iterator[Path]:
    return (path for path in packaged_root().rglob("*") if path.is_file())


def test_those_of_blend_are_whole_and_small(tmp_path: Path) -> None:
    store = WeightStore(tmp_path)
    active = store.active("blend")
    assert (active.origin, active.unlisted) == ("packaged", ())
    assert all(found.ok for found in store.verify("blend"))
    assert sum(path.stat().st_size for path in real_files()) <= BYTES_LIMIT
    assert all(file.sha256 == file.stored_sha256 for file in active.files.values()), "what reports name can be checked"
    for name in active.files:
        assert all(torch.isfinite(tensor).all() for tensor in active.tensors(name).values())


def test_they_are_in_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hatchling.build import build_wheel

    monkeypatch.chdir(ROOT)
    with zipfile.ZipFile(tmp_path / build_wheel(str(tmp_path))) as wheel:
        held = {name for name in wheel.namelist() if name.startswith("fakefinder/weights/packaged/")}
    assert held == {path.relative_to(ROOT / "src").as_posix() for path in real_files()}
