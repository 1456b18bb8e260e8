"""The weights commands: results on stdout, hints on stderr, errors as they are raised."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fakefinder.cli.weights import app
from fakefinder.errors import LicenceNotAccepted, WeightsAltered, WeightsMissing, WeightsUnlisted

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on an empty store without a mirror."""
    monkeypatch.delenv("FAKEFINDER_WEIGHTS_MIRROR", raising=False)
    monkeypatch.delenv("FAKEFINDER_WEIGHTS", raising=False)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--weights", str(tmp_path / "store")])

    return run


@pytest.fixture
def plugin_folder(tmp_path: Path, checkpoint: Callable[..., bytes]) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    (made / "a.pth").write_bytes(checkpoint(1))
    return made


def test_list_shows_what_is_published_and_what_is_here(run: Run, plugin_folder: Path) -> None:
    table = run("list").stdout.splitlines()
    assert table[0].split() == ["detector", "state", "active", "origin", "files", "size", "licence"]
    assert table[1].split()[:2] == ["blend", "complete"]
    assert table[2].split() == ["boken", "missing", "-", "-", "0/3", "not", "known", "not", "stated"]
    assert run("import", "mine", str(plugin_folder), "--unlisted").exit_code == 0
    shown = {one["detector"]: one for one in json.loads(run("list", "--format", "json").stdout)}
    assert shown["mine"]["state"] == "complete"
    assert (shown["mine"]["origin"], shown["blend"]["origin"]) == ("import", "packaged")
    assert shown["mine"]["versions"] == [shown["mine"]["active"]]
    assert shown["mine"]["files"][0]["listed"] is False
    assert shown["selimsef"]["state"] == "missing"
    assert shown["selimsef"]["needs_acceptance"] is True
    assert sum(file["bytes"] for file in shown["selimsef"]["files"]) == 1868374312


def test_pull_uses_the_mirror_of_the_environment(run: Run, shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKEFINDER_WEIGHTS_MIRROR", str(shared / "weights"))
    result = run("pull", "mesonet")
    assert result.exit_code == 0, result.output
    assert result.stdout.split("\t")[0] == "mesonet"
    assert "mesonet   complete" in run("list").stdout
    assert run("verify", "mesonet").stdout.count(" ok") == 4


def test_pull_of_what_comes_with_the_package_fetches_nothing(run: Run, tmp_path: Path) -> None:
    result = run("pull", "blend")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("blend\t")
    assert "nothing to fetch" in result.stderr
    assert not (tmp_path / "store").exists()


def test_pull_without_accepted_terms_is_refused(run: Run) -> None:
    result = run("pull", "selimsef")
    assert isinstance(result.exception, LicenceNotAccepted)
    assert "--accept-licence" in result.exception.hint


def test_import_says_that_files_are_not_listed(run: Run, plugin_folder: Path) -> None:
    assert isinstance(run("import", "mine", str(plugin_folder)).exception, WeightsUnlisted)
    result = run("import", "mine", str(plugin_folder), "--unlisted", "--version", "first")
    assert result.stdout == "mine\tfirst\t1 files\n"
    assert "a.pth" in result.stderr


def test_verify_prints_all_and_then_fails(run: Run, plugin_folder: Path, tmp_path: Path) -> None:
    run("import", "mine", str(plugin_folder), "--unlisted", "--version", "first")
    stored = tmp_path / "store" / "mine" / "first" / "a.pth.safetensors"
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    result = run("verify", "mine", "--format", "json")
    assert isinstance(result.exception, WeightsAltered)
    assert "sha256" in json.loads(result.stdout)[0]["problem"]


def test_verify_of_an_empty_store_looks_at_what_comes_with_the_package(run: Run) -> None:
    result = run("verify", "--format", "json")
    assert result.exit_code == 0
    assert {(one["detector"], one["origin"], one["problem"]) for one in json.loads(result.stdout)} == {
        ("blend", "packaged", None)
    }
    assert isinstance(run("verify", "boken").exception, WeightsMissing)


def test_the_commands_import_no_torch() -> None:
    code = "import sys, fakefinder.cli.weights, fakefinder.weights.store, fakefinder.weights.load; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "httpx", "h5py", "safetensors"} & set(loaded)
