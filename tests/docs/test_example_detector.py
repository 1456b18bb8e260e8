"""The tutorial's finished package works as the tutorial says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fakefinder.detectors.trial import write_video

DOCS = Path(__file__).parents[2] / "docs"
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a module in a copy of the example package, with the package installed."""
    plugin = tmp_path_factory.mktemp("plugin") / "example-detector"
    shutil.copytree(DOCS / "example-detector", plugin)
    installed = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-c", BUILD, installed], cwd=plugin, check=True, capture_output=True, timeout=120)
    with zipfile.ZipFile(next(installed.glob("*.whl"))) as wheel:
        wheel.extractall(installed)

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(installed)}
        command = [sys.executable, "-m", *map(str, arguments)]
        return subprocess.run(command, cwd=plugin, env=environment, capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture
def face_video(tmp_path: Path) -> Path:
    """One second of a photograph of an astronaut (public domain), moving slowly."""
    data = pytest.importorskip("skimage.data")
    photograph = data.astronaut()
    write_video(tmp_path / "face.mp4", [photograph[:256, left : left + 256] for left in range(86, 106)])
    return tmp_path / "face.mp4"


def test_its_own_test_passes(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    ended = run("pytest", "-q", "-p", "no:cacheprovider")
    assert ended.returncode == 0, ended.stdout
    assert "3 passed" in ended.stdout


def test_it_scores_a_face(run: Callable[..., subprocess.CompletedProcess[str]], face_video: Path) -> None:
    ended = run("fakefinder", "detectors", "check", "sharpness", "--video", face_video)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "A video with a face gets a score." in ended.stdout
    scanned = run("fakefinder", "scan", face_video, "-d", "sharpness", "--format", "csv")
    assert ",sharpness,1,faithful,scored," in scanned.stdout, scanned.stderr


@pytest.mark.parametrize("path", ["src/fakefinder_sharpness.py", "tests/test_sharpness.py"])
def test_the_tutorial_shows_the_package_as_it_is(path: str) -> None:
    code = (DOCS / "example-detector" / path).read_text(encoding="utf-8")
    assert f"```python\n{code}```" in (DOCS / "add-a-detector.md").read_text(encoding="utf-8")
