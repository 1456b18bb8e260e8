"""The catalogue that ships agrees with what is known of the published files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from fakefinder.weights.catalogue import Catalogue, published

PUBLISHED = ("boken", "selimsef", "wm", "ntech", "eighteen", "medics")


def test_all_published_detectors_are_listed() -> None:
    assert set(published().detectors) == {*PUBLISHED, "mesonet"}


@pytest.mark.parametrize("detector", PUBLISHED)
def test_every_checkpoint_of_the_published_recipe_is_listed(golden: Path, detector: str) -> None:
    manifest = json.loads((golden / "manifests" / f"{detector}.json").read_text())
    listed = {file.name for file in published().detectors[detector].files}
    assert listed >= set(manifest["files"])
    assert listed - set(manifest["files"]) == ({"mobilenet0.25_Final.pth"} if detector == "eighteen" else set())


def test_sizes_and_sha256_are_the_known_ones_and_no_others(shared: Path) -> None:
    text = (shared / "weights" / "KNOWN_SHA256.md").read_text()
    rows = re.findall(r"^\| (\S+) \| ([0-9a-f]{64}) \| (\d+) \|", text, re.MULTILINE)
    known = {name: (sha256, int(size)) for name, sha256, size in rows}
    assert len(known) == 22
    for wanted in published().detectors.values():
        for file in wanted.files:
            assert (file.sha256, file.bytes) == known.get(file.name, (None, None)), file.name


def test_every_file_has_a_source() -> None:
    for name, wanted in published().detectors.items():
        for file in wanted.files:
            assert wanted.sources(file), file.name
            assert all(url.startswith("https://") for url in wanted.sources(file)), file.name
        expected = f"https://github.com/IQTLabs/FakeFinder/releases/download/weights/{name}.tar.gz"
        assert wanted.archive == (None if name == "mesonet" else expected)


def test_only_open_licences_need_no_acceptance() -> None:
    assert {name for name, wanted in published().detectors.items() if not wanted.needs_acceptance} == {"mesonet"}


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../b", ".hidden", "a//b", "a\n", "", "a/b/c/d/e", "C:\\x"])
def test_names_that_could_leave_the_store_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        Catalogue.model_validate({"detectors": {"probe": {"licence": "MIT", "files": [{"name": name}]}}})


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "example.org/x"])
def test_other_addresses_than_http_are_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        Catalogue.model_validate({"detectors": {"probe": {"licence": "MIT", "files": [{"name": "a", "urls": [url]}]}}})


def test_a_name_listed_twice_is_refused() -> None:
    with pytest.raises(ValidationError, match="twice"):
        Catalogue.model_validate({"detectors": {"probe": {"licence": "MIT", "files": [{"name": "a"}, {"name": "a"}]}}})
