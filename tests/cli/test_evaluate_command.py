"""``fakefinder evaluate`` as a user meets it: output, files, exit codes, errors, documentation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.main import get_command

from fakefinder.cli.app import app
from fakefinder.detectors import registry
from fakefinder.detectors.base import Evidence, Video
from fakefinder.detectors.stub import StubDetector
from tests.cli.conftest import Answer, portrait
from tests.media.videos import Kind, write_video

Command = Callable[..., Answer]
ROOT = Path(__file__).parents[2]


class Moody(StubDetector):
    """Brightness, but for what it is told to stumble over."""

    card = StubDetector.card.model_copy(update={"name": "moody"})
    error: BaseException | None = None

    def score(self, video: Video) -> Evidence:
        if self.error and video.info.name == "light.png":
            raise self.error
        return super().score(video)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a manifest of two stills; the detector ``moody`` exists."""
    installed = registry.detector_class
    monkeypatch.setattr(registry, "detector_class", lambda name: Moody if name == "moody" else installed(name))
    monkeypatch.setattr(Moody, "error", None)
    monkeypatch.chdir(tmp_path)
    for name, level in {"dark.png": 0, "light.png": 255}.items():
        cv2.imwrite(name, np.full((48, 64, 3), level, np.uint8))
    (tmp_path / "set.csv").write_text("path,label,split\ndark.png,real,a\nlight.png,fake,b\n")
    return tmp_path


def test_table_and_files(fakefinder: Command, folder: Path) -> None:
    answer = fakefinder("evaluate", "set.csv", "-d", "moody")
    assert answer.code == 0, answer.err
    assert "set.csv: 2 videos, 1 real and 1 fake" in answer.out
    assert "1.000" in answer.out
    assert "set-evaluation" in answer.err
    assert "The page and reports.jsonl hold pictures of faces" in answer.err
    names = {path.name for path in (folder / "set-evaluation").iterdir()}
    assert {"evaluation.html", "evaluation.json", "scores.csv", "reports.jsonl"} <= names


def test_json_and_choices(fakefinder: Command, folder: Path) -> None:
    options = (
        "-d",
        "moody",
        "-o",
        "here",
        "--format",
        "json",
        "--split",
        "b",
        "--missing",
        "neutral",
        "--neutral",
        0.4,
    )
    answer = fakefinder("evaluate", "set.csv", *options, "--threshold", 0.2)
    assert answer.code == 0, answer.err
    origin = answer.json["provenance"]
    assert (origin["split"], origin["options"]["neutral"], origin["options"]["threshold"]) == ("b", 0.4, 0.2)
    assert [video["path"] for video in answer.json["videos"]] == ["light.png"]
    assert (folder / "here" / "evaluation.json").read_text() == answer.out


def test_a_real_detector_on_video_and_still(fakefinder: Command, mesonet_store: Path, tmp_path: Path) -> None:
    write_video(tmp_path / "face.mp4", Kind(".mp4", count=10, width=320, height=240), portrait)
    cv2.imwrite(str(tmp_path / "face.png"), cv2.cvtColor(portrait(0, 320, 240), cv2.COLOR_RGB2BGR))
    cv2.imwrite(str(tmp_path / "none.png"), np.zeros((48, 64, 3), np.uint8))
    (tmp_path / "set.csv").write_text("path,label\nface.mp4,real\nface.png,real\nnone.png,fake\n")
    answer = fakefinder(
        "evaluate", tmp_path / "set.csv", "-d", "mesonet", "--weights", mesonet_store, "-o", tmp_path / "out",
        "--format", "json",
    )  # fmt: skip
    assert answer.code == 0, answer.err
    outcomes = [video["outcomes"][0] for video in answer.json["videos"]]
    assert [(one["status"], one["reason"]) for one in outcomes] == [
        ("scored", None),
        ("scored", None),
        ("abstained", "no_face"),
    ]
    assert outcomes[1]["recipe"] == "still"
    assert len(answer.json["provenance"]["detectors"][0]["weights_sha256"]) == 4


def test_a_failure_is_told_and_tried_again(fakefinder: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moody, "error", RuntimeError("the sky fell"))
    answer = fakefinder("evaluate", "set.csv", "-d", "moody")
    assert answer.code == 5
    assert "failed (crashed) 1" in answer.out
    monkeypatch.setattr(Moody, "error", None)
    assert fakefinder("evaluate", "set.csv", "-d", "moody").code == 0


def test_ctrl_c_leaves_what_goes_on(fakefinder: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Moody, "error", KeyboardInterrupt())
    answer = fakefinder("evaluate", "set.csv", "-d", "moody")
    assert (answer.code, answer.out) == (130, "")
    assert "Stopped" in answer.err
    assert len((folder / "set-evaluation" / "reports.jsonl").read_text().splitlines()) == 1
    monkeypatch.setattr(Moody, "error", None)
    assert fakefinder("evaluate", "set.csv", "-d", "moody").code == 0


def test_unreadable_videos(fakefinder: Command, folder: Path) -> None:
    (folder / "light.png").write_text("no picture")
    assert fakefinder("evaluate", "set.csv", "-d", "moody").code == 5
    assert fakefinder("evaluate", "set.csv", "-d", "moody", "--split", "b").code == 3


ERRORS: dict[tuple[str, ...], tuple[int, str]] = {
    ("none.csv", "-d", "moody"): (2, "cannot be read"),
    ("set.csv", "-d", "moody", "--split", "c"): (2, "There are: a, b."),
    ("set.csv", "-d", "moody", "--neutral", "0.3"): (2, "--missing neutral"),
    ("set.csv", "-d", "moody", "--threshold", "1.5"): (2, "--threshold"),
    ("set.csv", "-d", "moody", "-o", "set.csv"): (2, "cannot be written to"),
    ("set.csv", "-d", "mesonte"): (2, "Did you mean 'mesonet'?"),
    ("set.csv", "-d", "moody,mesonet", "--weights", "empty"): (4, "fakefinder weights pull mesonet"),
}


@pytest.mark.parametrize("arguments", ERRORS, ids=" ".join)
@pytest.mark.usefixtures("folder")
def test_errors_are_a_line_and_a_hint(arguments: tuple[str, ...], fakefinder: Command) -> None:
    code, said = ERRORS[arguments]
    answer = fakefinder("evaluate", *arguments)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    assert "Traceback" not in answer.err
    assert not Path("set-evaluation").exists()


def test_every_option_is_documented() -> None:
    text = (ROOT / "docs" / "evaluate.md").read_text()
    command = get_command(app).commands["evaluate"]  # type: ignore[attr-defined]
    options = [name for parameter in command.params for name in parameter.opts if name.startswith("--")]
    assert {"--split", "--missing", "--weights"} <= set(options)
    for name in options:
        assert re.search(rf"`[^`]*{name}\b", text), f"{name} is not in docs/evaluate.md"
