"""Makes a weight store of synthetic weights in the published layout, by the rule that comes with the reference data.

    python tools/make_synthetic_store.py GOLDEN STORE [DETECTOR ...]

GOLDEN is the folder of reference numbers. Scores made with such weights mean nothing; they serve to try the way from
video to report, and to time it. The rule's face finders of wm and ntech see faces everywhere: here their last
layers are replaced, so that they see the same one face in every frame.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import torch

from fakefinder.weights.store import WeightStore

NO, YES = -10.0, 10.0
ALWAYS_ONE_FACE: dict[str, dict[str, list[tuple[str, list[float]]]]] = {
    "wm": {
        # Anchors of 512 pixels alone: background and face for each of two sizes, then no shift of boxes.
        "RetinaFace-Resnet50-fixed.pth": [
            ("ClassHead.[01].*.bias", [YES, NO, YES, NO]),
            ("ClassHead.2.*.bias", [YES, NO, NO, YES]),
            ("BboxHead.*.bias", [0.0] * 8),
            ("LandmarkHead.*.bias", [-1.5, -1.0, 1.5, -1.0, 0.0, 0.0, -1.0, 1.5, 1.0, 1.5] * 2),
        ]
    },
    "ntech": {
        # Anchors of the last level alone, six times as large: all overlap, and one stays.
        "WIDERFace_DSFD_RES152.fp16.pth": [
            ("conf.0.conv4.bias", [YES, YES, YES, NO]),
            ("conf.1.conv4.bias", [NO, NO, NO, YES, 0.0, 0.0]),
            ("conf.[234].conv4.bias", [NO, NO, NO, YES, 0.0, 0.0, 0.0, 0.0]),
            ("conf.5.conv4.bias", [YES, NO, NO, NO, 0.0, 0.0, 0.0, 0.0]),
            ("loc.0.conv4.bias", [0.0] * 4),
            ("loc.1.conv4.bias", [0.0] * 8),
            ("loc.[234].conv4.bias", [0.0] * 12),
            ("loc.5.conv4.bias", [0.0, 0.0, 9.0, 9.0] + [0.0] * 8),
        ]
    },
}
"""By detector and file: what the last layers give at each place, by the glob of their biases; their weights are 0."""


AS_PUBLISHED = {"eighteen": ("mobilenet0.25_Final.pth",)}
"""By detector: files that the rule leaves out; the published ones lie in the folder ``weights`` beside GOLDEN."""


def rule_of(golden: Path) -> ModuleType:
    """The rule that rebuilds the synthetic checkpoints."""
    spec = importlib.util.spec_from_file_location("synthetic_weights", golden / "synthetic_weights.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_published(golden: Path, detector: str, folder: Path, *, one_face: bool = False) -> None:
    """Write a detector's synthetic checkpoints as they are published; ``one_face`` as for ``make_store``."""
    rule = rule_of(golden)
    replaced = ALWAYS_ONE_FACE.get(detector, {}) if one_face else {}
    for name, entry in rule.load_manifest(golden / "manifests" / f"{detector}.json")["files"].items():
        is_whole = name not in replaced
        if not is_whole:
            _replace_last_layers(entry["rule"], replaced[name])
        arrays = rule.checkpoint_tensors(entry)
        assert not is_whole or rule.tensor_checksum(arrays) == entry["tensor_crc32"]
        tensors = {key: torch.from_numpy(array) for key, array in arrays.items()}
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        torch.save(rule.wrap_checkpoint(entry, tensors), folder / name)
    for name in AS_PUBLISHED.get(detector, ()):
        copyfile(golden.parent / "weights" / name, folder / name)


def make_store(golden: Path, detector: str, store: Path, *, one_face: bool = False) -> None:
    """Import a detector's synthetic checkpoints into a store.

    With ``one_face`` the face finders of wm and ntech see one face, at the same place in every frame.
    """
    store.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=store.parent, prefix=".making-") as folder:
        write_published(golden, detector, Path(folder), one_face=one_face)
        WeightStore(store).import_folder(detector, Path(folder), unlisted=True)


def _replace_last_layers(rule: dict[str, Any], biases: list[tuple[str, list[float]]]) -> None:
    for pattern, values in biases:
        rule["scale"] += [[pattern, 0.0], [pattern.replace(".bias", ".weight"), 0.0]]
        rule["offset"] = [*rule.get("offset", []), [pattern, values]]


if __name__ == "__main__":
    golden_folder, store_folder, *detectors = sys.argv[1:]
    every = sorted(path.stem for path in (Path(golden_folder) / "manifests").glob("*.json"))
    for wanted in detectors or every:
        make_store(Path(golden_folder), wanted, Path(store_folder), one_face=True)
