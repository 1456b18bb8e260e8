"""The active version: taken up at once, checked when it is read; verify finds what was altered."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from fakefinder.errors import UsageError, WeightsAltered, WeightsError, WeightsMissing
from fakefinder.weights.store import ActiveWeights, WeightStore


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "store", packaged=tmp_path / "nothing")


@pytest.fixture
def made(store: WeightStore, tmp_path: Path, checkpoint: Callable[..., bytes]) -> ActiveWeights:
    """Weights of ``mine`` with one file, imported."""
    return _import(store, tmp_path / "1", checkpoint(1))


def _import(store: WeightStore, folder: Path, content: bytes) -> ActiveWeights:
    folder.mkdir()
    (folder / "a.pth").write_bytes(content)
    return store.import_folder("mine", folder, unlisted=True)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("detector", "command"),
    [
        ("mesonet", "`fakefinder weights pull mesonet`"),
        ("boken", "`fakefinder weights pull boken --accept-licence`"),
        ("mine", "`fakefinder weights import mine FOLDER --unlisted`"),
    ],
)
def test_missing_weights_name_the_one_command(store: WeightStore, detector: str, command: str) -> None:
    with pytest.raises(WeightsMissing) as caught:
        store.active(detector)
    assert command in caught.value.hint


def test_asking_makes_nothing(store: WeightStore) -> None:
    with pytest.raises(WeightsMissing):
        store.active("mesonet")
    assert store.verify() == []
    assert store.detectors() == []
    assert not store.root.exists()


def test_a_new_version_is_taken_up_by_a_store_that_is_open(
    store: WeightStore, made: ActiveWeights, tmp_path: Path, checkpoint: Callable[..., bytes]
) -> None:
    worker = WeightStore(store.root)
    assert worker.active("mine") == made
    newer = _import(store, tmp_path / "2", checkpoint(2))
    assert worker.active("mine") == newer
    # Who still holds the old version can go on reading it.
    assert not torch.equal(made.tensors("a.pth")["weight"], newer.tensors("a.pth")["weight"])


def test_an_altered_file_is_not_loaded(store: WeightStore, made: ActiveWeights) -> None:
    flip(made.folder / "a.pth.safetensors")
    with pytest.raises(WeightsAltered, match="is on record") as caught:
        store.active("mine").tensors("a.pth")
    assert "mine" in caught.value.hint


def test_a_file_altered_after_it_was_read_is_found(store: WeightStore, made: ActiveWeights) -> None:
    made.tensors("a.pth")
    flip(made.folder / "a.pth.safetensors")
    with pytest.raises(WeightsAltered):
        made.tensors("a.pth")


def test_bytes_are_hashed_once_per_process(made: ActiveWeights, monkeypatch: pytest.MonkeyPatch) -> None:
    made.tensors("a.pth")

    def not_again(_path: Path) -> str:
        raise AssertionError("hashed again")

    monkeypatch.setattr("fakefinder.weights.active.file_sha256", not_again)
    assert made.tensors("a.pth").keys() == {"weight", "bias"}


def test_a_file_that_is_not_of_the_version_is_said(made: ActiveWeights) -> None:
    with pytest.raises(WeightsMissing, match=r"no file 'b\.pth'"):
        made.tensors("b.pth")


def test_a_shorter_or_absent_file_is_noticed_at_once(store: WeightStore, made: ActiveWeights) -> None:
    stored = made.folder / "a.pth.safetensors"
    stored.write_bytes(stored.read_bytes()[:-1])
    with pytest.raises(WeightsAltered):
        store.active("mine")
    stored.unlink()
    with pytest.raises(WeightsAltered):
        store.active("mine")


@pytest.mark.parametrize("content", ["../../elsewhere", "", "active", "a/b"])
def test_an_active_file_with_anything_else_is_altered(store: WeightStore, made: ActiveWeights, content: str) -> None:
    (made.folder.parent / "active").write_text(content)
    with pytest.raises(WeightsAltered, match="names no version"):
        store.active("mine")


def test_an_active_version_that_is_gone_is_missing(store: WeightStore, made: ActiveWeights) -> None:
    (made.folder.parent / "active").write_text("gone")
    with pytest.raises(WeightsMissing):
        store.active("mine")


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["files"][0].update(name="../../../a.pth"),
        lambda record: record.update(version="other"),
        lambda record: record.update(extra=1),
        lambda record: record["files"][0].update(stored_sha256="0"),
    ],
)
def test_a_manifest_that_was_tampered_with_is_not_believed(
    store: WeightStore, made: ActiveWeights, change: Callable[[dict[str, object]], None]
) -> None:
    path = made.folder / "manifest.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    with pytest.raises(WeightsAltered):
        store.active("mine")
    assert [found.ok for found in store.verify()] == [False]


def test_verify_finds_a_flipped_byte_in_any_version(
    store: WeightStore, made: ActiveWeights, tmp_path: Path, checkpoint: Callable[..., bytes]
) -> None:
    newer = _import(store, tmp_path / "2", checkpoint(2))
    assert [(found.version, found.ok) for found in store.verify("mine")] == sorted(
        [(made.version, True), (newer.version, True)]
    )
    stored = made.folder / "a.pth.safetensors"
    times = stored.stat()
    flip(stored)
    os.utime(stored, ns=(times.st_atime_ns, times.st_mtime_ns))
    bad = [found for found in store.verify() if not found.ok]
    assert [(found.detector, found.version, found.file) for found in bad] == [("mine", made.version, "a.pth")]
    assert "sha256" in str(bad[0].problem)
    stored.unlink()
    assert [found.problem for found in store.verify() if not found.ok] == ["the file is gone"]


def test_verify_of_what_is_not_here_is_missing(store: WeightStore) -> None:
    with pytest.raises(WeightsMissing):
        store.verify("mesonet")


@pytest.mark.parametrize("detector", ["../x", "", "A", ".x", "a/b"])
def test_only_detector_names_become_folders(store: WeightStore, detector: str) -> None:
    with pytest.raises(UsageError):
        store.active(detector)


def test_a_root_that_cannot_be_used_is_said(tmp_path: Path, shared: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError, match="cannot be used") as caught:
        WeightStore(tmp_path / "file" / "store", mirror=shared / "weights").pull("mesonet")
    assert "--weights" in caught.value.hint


def test_graphs_of_other_code_go_when_they_are_old(made: ActiveWeights) -> None:
    assert made.graphs("now") == made.folder / "graphs" / "now"
    for name, days in (("now", 90), ("recent", 29), ("old", 31)):
        folder = made.folder / "graphs" / name
        folder.mkdir(parents=True)
        (folder / "graph.bin").touch()
        os.utime(folder, (time.time() - days * 86400,) * 2)
    made.graphs("now")
    assert sorted(path.name for path in (made.folder / "graphs").iterdir()) == ["now", "recent"]
    assert time.time() - (made.folder / "graphs" / "now").stat().st_mtime < 86400, "it is in use"
