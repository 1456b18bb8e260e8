"""Nothing of the half that is set apart for the card's figures had a part in making the weights in the package."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import pytest

from fakefinder.weights import packaged_root
from fakefinder.weights.manifest import read_manifest
from fakefinder.weights.shelf import Shelf

RECORDS = Path(__file__).parents[2] / "docs" / "blend"
"""A folder for each net in the package: what its training was made of."""


def sha256s(file: Path) -> set[str]:
    with file.open(encoding="utf-8", newline="") as opened:
        return {row["sha256"] for row in csv.DictReader(opened)}


def of_split(samples: Path, split: str) -> set[str]:
    with (samples / "labels.csv").open(encoding="utf-8", newline="") as opened:
        names = [row["path"] for row in csv.DictReader(opened) if row["split"] == split]
    return {hashlib.sha256((samples / name).read_bytes()).hexdigest() for name in names}


@pytest.fixture(scope="module")
def set_apart(shared: Path) -> set[str]:
    found = of_split(shared / "clips", "report") | of_split(shared / "crops", "report")
    assert len(found) > 60
    return found


@pytest.fixture(scope="module")
def tuning(shared: Path) -> set[str]:
    return of_split(shared / "clips", "tune") | of_split(shared / "crops", "tune")


def records() -> list[Path]:
    return sorted(path.parent for path in RECORDS.glob("*/training.json"))


def test_each_net_in_the_package_has_its_record() -> None:
    home = packaged_root() / "blend"
    version = Shelf(home, "").chosen()
    assert version is not None
    nets = {file.name for file in read_manifest(home / version).files}
    assert nets == {record.name for record in records()}


@pytest.mark.parametrize("record", records(), ids=lambda path: path.name)
def test_training_saw_portraits_alone(record: Path, shared: Path, set_apart: set[str], tuning: set[str]) -> None:
    trained_on = sha256s(record / "pictures.csv")
    told = json.loads((record / "training.json").read_text(encoding="utf-8"))
    assert sum(one["count"] for one in told["data"]) == len(trained_on)
    assert not trained_on & (set_apart | tuning)
    portraits = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (shared / "faces").rglob("*.jpg")}
    assert trained_on <= portraits


@pytest.mark.parametrize("record", records(), ids=lambda path: path.name)
def test_calibration_saw_the_tuning_half_alone(record: Path, set_apart: set[str], tuning: set[str]) -> None:
    calibrated_with = sha256s(record / "tuned_with.csv")
    assert calibrated_with
    assert not calibrated_with & set_apart
    assert calibrated_with <= tuning


def test_the_halves_themselves_share_no_file(set_apart: set[str], tuning: set[str]) -> None:
    assert not set_apart & tuning
