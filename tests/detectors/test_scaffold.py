"""A new plugin installs, is found by its name, passes its own test and the contract suite."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fakefinder.detectors.scaffold import new_plugin
from fakefinder.errors import UsageError

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


def install(plugin: Path, target: Path) -> None:
    """Build the plugin's wheel with its own build backend and unpack it, as an installer would."""
    subprocess.run([sys.executable, "-c", BUILD, str(target)], cwd=plugin, check=True, capture_output=True, timeout=120)
    (wheel,) = target.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)


def run(*arguments: str, cwd: Path, installed: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_plugin("two_words", tmp_path_factory.mktemp("plugins"))


@pytest.fixture(scope="module")
def installed(plugin: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("installed")
    install(plugin, target)
    return target


def test_its_own_test_passes(plugin: Path, installed: Path) -> None:
    ended = run("pytest", "-q", "-p", "no:cacheprovider", cwd=plugin, installed=installed)
    assert ended.returncode == 0, ended.stdout
    assert "2 passed" in ended.stdout


def test_the_command_line_lists_and_checks_it(plugin: Path, installed: Path) -> None:
    listed = run("fakefinder", "detectors", "list", "--format", "json", cwd=plugin, installed=installed)
    assert '"two_words"' in listed.stdout
    checked = run("fakefinder", "detectors", "check", "two_words", cwd=plugin, installed=installed)
    assert checked.returncode == 0, checked.stderr
    assert "failed" not in checked.stdout


def test_its_code_is_clean(plugin: Path) -> None:
    assert run("ruff", "check", "--isolated", "--line-length=120", ".", cwd=plugin, installed=plugin).returncode == 0
    assert (
        run(
            "ruff", "format", "--isolated", "--line-length=120", "--check", ".", cwd=plugin, installed=plugin
        ).returncode
        == 0
    )


@pytest.mark.parametrize("name", ["", "Upper", "1st", "with-dash", "with space", "../up", "class", "ümlaut", "a\n"])
def test_names_that_do_not_fit_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot name a detector"):
        new_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_fitting_name_is_proposed(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        new_plugin("My Detector-2", tmp_path)
    assert error.value.hint == "'my_detector_2' would do."


def test_a_taken_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already"):
        new_plugin("mesonet", tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    root = new_plugin("mine", tmp_path)
    (root / "README.md").write_text("changed")
    with pytest.raises(UsageError, match="is there already"):
        new_plugin("mine", tmp_path)
    assert (root / "README.md").read_text() == "changed"
