"""Import: listed and unlisted files, versions by content and by name, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from fakefinder.errors import (
    UsageError,
    WeightsMissing,
    WeightsShapeDiffers,
    WeightsTruncated,
    WeightsUnlisted,
    WeightsUnsafe,
)
from fakefinder.weights.catalogue import Catalogue
from fakefinder.weights.load import load_strict
from fakefinder.weights.store import ActiveWeights, WeightStore

CatalogueOf = Callable[..., Catalogue]
Entry = Callable[..., dict[str, Any]]
Checkpoint = Callable[..., bytes]


@pytest.fixture
def folder(tmp_path: Path, checkpoint: Checkpoint) -> Path:
    """Two files, ``a.pth`` and ``b.pth``."""
    made = tmp_path / "files"
    made.mkdir()
    (made / "a.pth").write_bytes(checkpoint(1))
    (made / "b.pth").write_bytes(checkpoint(2))
    return made


@pytest.fixture
def store(tmp_path: Path, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint) -> WeightStore:
    """A store whose catalogue lists ``a.pth`` with its sha256 and ``b.pth`` with its own."""
    catalogue = catalogue_of(entry("a.pth", checkpoint(1)), entry("b.pth", checkpoint(2)), licence="not stated")
    return WeightStore(tmp_path / "store", catalogue=catalogue)


def test_listed_files_come_in_and_others_stay_out(store: WeightStore, folder: Path) -> None:
    (folder / "notes.md").write_text("not a weight file")
    (folder / "c.pth").write_bytes(b"not looked at")
    made = store.import_folder("probe", folder)
    assert store.active("probe") == made
    assert list(made.files) == ["a.pth", "b.pth"]
    assert made.unlisted == ()
    assert made.files["a.pth"].source == "import"
    assert made.files["a.pth"].licence == "not stated"


def test_the_same_content_is_the_same_version(store: WeightStore, folder: Path) -> None:
    first = store.import_folder("probe", folder)
    made = first.folder.stat().st_ino
    second = store.import_folder("probe", folder)
    assert second == first
    assert second.folder.stat().st_ino == made
    assert len(store.versions("probe")) == 1


def test_a_named_version_and_the_way_back(store: WeightStore, folder: Path, checkpoint: Checkpoint) -> None:
    first = store.import_folder("probe", folder, version="2020")
    assert store.import_folder("probe", folder) == first
    (folder / "b.pth").write_bytes(checkpoint(7))
    with pytest.raises(UsageError, match="exists and holds other files"):
        store.import_folder("probe", folder, version="2020", unlisted=True)
    tuned = store.import_folder("probe", folder, version="tuned-1", unlisted=True)
    assert tuned.unlisted == ("b.pth",)
    assert [manifest.version for manifest in store.versions("probe")] == ["2020", "tuned-1"]
    assert store.activate("probe", "2020") == first
    assert store.active("probe") == first
    with pytest.raises(WeightsMissing, match="nightly"):
        store.activate("probe", "nightly")


@pytest.mark.parametrize("version", ["../x", "active", ".hidden", "a/b", "", "x" * 65, "a\n"])
def test_a_version_name_that_could_leave_the_folder_is_refused(store: WeightStore, folder: Path, version: str) -> None:
    with pytest.raises(UsageError):
        store.import_folder("probe", folder, version=version)
    assert not store.root.exists()


def test_a_sha256_that_is_not_listed_needs_consent(store: WeightStore, folder: Path, checkpoint: Checkpoint) -> None:
    (folder / "b.pth").write_bytes(checkpoint(7))
    with pytest.raises(WeightsUnlisted, match=r"b\.pth") as caught:
        store.import_folder("probe", folder)
    assert "--unlisted" in caught.value.hint
    assert store.versions("probe") == ()
    assert store.import_folder("probe", folder, unlisted=True).unlisted == ("b.pth",)


def test_an_unknown_sha256_is_not_listed_either(
    tmp_path: Path, folder: Path, catalogue_of: CatalogueOf, entry: Entry
) -> None:
    store = WeightStore(tmp_path / "store", catalogue=catalogue_of(entry("a.pth", b"", known=False)))
    with pytest.raises(WeightsUnlisted):
        store.import_folder("probe", folder)
    assert store.import_folder("probe", folder, unlisted=True).unlisted == ("a.pth",)


def test_a_damaged_or_dangerous_file_is_told_as_such(store: WeightStore, folder: Path) -> None:
    whole = (folder / "a.pth").read_bytes()
    for content, error in ((whole[:-50], WeightsTruncated), (b"\x80\x02cposix\nsystem\n.", WeightsUnsafe)):
        (folder / "a.pth").write_bytes(content)
        for unlisted in (False, True):
            with pytest.raises(error):
                store.import_folder("probe", folder, unlisted=unlisted)


def test_all_published_files_must_be_there(store: WeightStore, folder: Path) -> None:
    (folder / "b.pth").rename(folder / "b.PTH")
    with pytest.raises(WeightsMissing, match=r"lacks b\.pth") as caught:
        store.import_folder("probe", folder)
    assert "All 2 files" in caught.value.hint


def test_a_net_that_does_not_fit_is_refused(store: WeightStore, folder: Path) -> None:
    def check(weights: ActiveWeights) -> None:
        load_strict(torch.nn.Linear(3, 64), weights.tensors("a.pth"))

    with pytest.raises(WeightsShapeDiffers):
        store.import_folder("probe", folder, check=check)
    assert store.versions("probe") == ()
    store.import_folder("probe", folder)
    with pytest.raises(WeightsShapeDiffers):
        store.import_folder("probe", folder, check=check)  # what is here already is checked as well


def test_a_detector_of_a_plugin_gets_all_files(store: WeightStore, folder: Path) -> None:
    save_file({"x": torch.ones(3)}, folder / "c.safetensors")
    (folder / ".hidden").write_bytes(b"")
    with pytest.raises(WeightsUnlisted):
        store.import_folder("mine", folder)
    made = store.import_folder("mine", folder, unlisted=True)
    assert list(made.files) == ["a.pth", "b.pth", "c.safetensors"]
    assert made.unlisted == ("a.pth", "b.pth", "c.safetensors")
    assert torch.equal(made.tensors("c.safetensors")["x"], torch.ones(3))
    expected = hashlib.sha256((folder / "c.safetensors").read_bytes()).hexdigest()
    assert made.sha256["c.safetensors"] == expected


def test_what_is_no_folder_of_weights_is_said(store: WeightStore, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="is no folder"):
        store.import_folder("mine", tmp_path / "absent", unlisted=True)
    with pytest.raises(UsageError, match="holds no weight files"):
        store.import_folder("mine", tmp_path / "empty", unlisted=True)
    with pytest.raises(UsageError, match="no detector name"):
        store.import_folder("../mine", tmp_path / "empty", unlisted=True)


def test_synthetic_checkpoints_in_the_published_layout(store: WeightStore, golden: Path, tmp_path: Path) -> None:
    import runpy

    rule = runpy.run_path(str(golden / "synthetic_weights.py"))
    manifest = rule["load_manifest"](golden / "manifests" / "medics.json")
    name = "mc3_18_112_1cy_lilaug_nonorm_e9_l0.1905.model"
    tensors = rule["checkpoint_tensors"](manifest["files"][name])
    folder = tmp_path / "synthetic"
    folder.mkdir()
    wrapped = rule["wrap_checkpoint"](manifest["files"][name], {k: torch.from_numpy(v) for k, v in tensors.items()})
    torch.save(wrapped, folder / name)
    found = store.import_folder("mine", folder, unlisted=True).tensors(name)
    assert rule["tensor_checksum"]({k: v.numpy() for k, v in found.items()}) == manifest["files"][name]["tensor_crc32"]
