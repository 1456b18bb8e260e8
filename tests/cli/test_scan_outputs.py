"""Formats, files, exit codes and errors of ``fakefinder scan``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from fakefinder.detectors import registry
from fakefinder.detectors.stub import StubDetector
from tests.cli.conftest import Answer, portrait
from tests.media.broken_videos import REFUSED
from tests.media.videos import Kind, write_video

Command = Callable[..., Answer]


class Crashing(StubDetector):
    """Breaks on every video."""

    card = StubDetector.card.model_copy(update={"name": "crashing"})

    def score(self, video: object) -> object:  # type: ignore[override]
        raise RuntimeError("the sky fell")


class Counting(StubDetector):
    """Counts how often it is loaded."""

    card = StubDetector.card.model_copy(update={"name": "counting"})
    loaded = 0

    def load(self) -> None:
        type(self).loaded += 1
        super().load()


STUBS = {kind.card.name: kind for kind in (StubDetector, Crashing, Counting)}


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small detectors beside the installed ones, found in the usual way."""
    installed, known = registry.detector_class, registry.names
    monkeypatch.setattr(registry, "detector_class", lambda name: STUBS.get(name) or installed(name))
    monkeypatch.setattr(registry, "names", lambda: [*known(), *STUBS])
    Counting.loaded = 0


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "face.mp4", Kind(".mp4", count=15, width=320, height=240), portrait)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "videos"
    (folder / "deeper").mkdir(parents=True)
    for name in ("a.mp4", "b.mp4", "deeper/c.mp4"):
        write_video(folder / name, Kind(".mp4", count=5))
    (folder / "notes.txt").write_text("no video")
    (folder / ".hidden.mp4").write_text("no video")
    return folder


@pytest.mark.usefixtures("stubs")
def test_one_failing_detector_costs_no_other_its_score(fakefinder: Command, video: Path) -> None:
    answer = fakefinder("scan", video, "-d", "crashing,stub", "--format", "json")
    assert answer.code == 5
    crashing, stub = answer.json["evidence"]
    assert (crashing["status"], crashing["reason"], crashing["score"]) == ("failed", "crashed", None)
    assert "the sky fell" in crashing["message"]
    assert stub["status"] == "scored"
    assert "Traceback" not in answer.out + answer.err


@pytest.mark.usefixtures("stubs")
def test_a_detector_is_loaded_once_for_many_videos(fakefinder: Command, folder: Path) -> None:
    answer = fakefinder("scan", folder, "-d", "counting", "--format", "json")
    assert answer.code == 0
    assert [report["video"]["name"] for report in answer.json] == ["a.mp4", "b.mp4", "c.mp4"]
    assert Counting.loaded == 1


@pytest.mark.usefixtures("stubs")
def test_a_detector_named_twice_scores_once(fakefinder: Command, video: Path) -> None:
    answer = fakefinder("scan", video, "-d", "stub, stub", "--format", "json")
    assert [one["detector"] for one in answer.json["evidence"]] == ["stub"]


@pytest.mark.usefixtures("stubs")
@pytest.mark.parametrize("format", ["table", "json", "jsonl", "csv", "html"])
def test_formats(format: str, fakefinder: Command, folder: Path, tmp_path: Path) -> None:
    to_stdout = fakefinder("scan", folder, "-d", "stub", "--format", format)
    assert to_stdout.code == 0
    if format == "jsonl":
        assert [json.loads(line)["video"]["name"] for line in to_stdout.out.splitlines()] == ["a.mp4", "b.mp4", "c.mp4"]
    if format == "csv":
        assert [row["video"] for row in csv.DictReader(io.StringIO(to_stdout.out))] == ["a.mp4", "b.mp4", "c.mp4"]
    if format == "html":
        assert to_stdout.out.startswith("<!")
    ending = "txt" if format == "table" else format
    written = fakefinder("scan", folder, "-d", "stub", "-o", tmp_path / f"scores.{ending}")
    assert (written.code, written.out) == (0, "")
    assert "b.mp4" in (tmp_path / f"scores.{ending}").read_text()
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.usefixtures("stubs")
def test_patterns_and_addresses(fakefinder: Command, folder: Path) -> None:
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        answer = fakefinder("scan", f"{folder}/*.mp4", f"{address}/deeper/c.mp4?x=1", "-d", "stub", "--format", "json")
        missing = fakefinder("scan", f"{address}/nothing.mp4", "-d", "stub")
        server.shutdown()
    assert [report["video"]["name"] for report in answer.json] == ["a.mp4", "b.mp4", "c.mp4"]
    assert answer.code == 0
    assert missing.code == 3
    assert "404" in missing.err


@pytest.mark.usefixtures("stubs")
def test_a_missing_file_among_others_is_told_and_passed_over(fakefinder: Command, video: Path) -> None:
    answer = fakefinder("scan", "nowhere.mp4", video, "-d", "stub", "--format", "json")
    assert answer.code == 5
    assert "nowhere.mp4" in answer.err
    assert answer.json["video"]["name"] == "face.mp4"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["nowhere.mp4", "-d", "stub"], 3, "There is no file"),
        (["nothing/*.mp4", "-d", "stub"], 3, "Nothing matches"),
        (["ftp://host/x.mp4", "-d", "stub"], 2, "unknown kind"),
        (["x.mp4", "-d", "mesonett"], 2, "Did you mean 'mesonet'?"),
        (["x.mp4", "-d", ","], 2, "No detector is named"),
        (["x.mp4", "-d", "stub", "-o", "no/such/folder/out.csv"], 2, "no folder"),
        (["x.mp4", "--format", "pdf"], 2, "pdf"),
        (["--nonsense"], 2, "--nonsense"),
        ([], 2, "Missing argument"),
    ],
)
@pytest.mark.usefixtures("stubs")
def test_user_errors_are_a_sentence_and_a_code(arguments: list[str], code: int, says: str, fakefinder: Command) -> None:
    answer = fakefinder("scan", *arguments)
    assert answer.code == code
    assert says in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""


@pytest.mark.usefixtures("stubs")
def test_cuda_that_is_not_there(fakefinder: Command, video: Path) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("CUDA is here")
    answer = fakefinder("scan", video, "-d", "stub", "--device", "cuda")
    assert answer.code == 2
    assert "CUDA is not available" in answer.err


@pytest.mark.usefixtures("stubs")
def test_a_verdict_changes_the_code_only_where_asked(fakefinder: Command, tmp_path: Path) -> None:
    path = write_video(tmp_path / "white.mp4", Kind(".mp4", count=5), lambda number, w, h: portrait(0, w, h) * 0 + 250)
    assert fakefinder("scan", path, "-d", "stub").code == 0
    level = fakefinder("scan", path, "-d", "stub", "--format", "json").json["verdict"]["level"]
    assert fakefinder("scan", path, "-d", "stub", "--fail-on", level).code == (10 if level != "likely_real" else 2)
    empty = REFUSED["empty"](tmp_path)
    assert fakefinder("scan", empty, "-d", "stub", "--fail-on", "undetermined").code == 3


@pytest.mark.usefixtures("stubs")
def test_what_was_computed_is_told_when_the_user_stops_the_scan(
    fakefinder: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    score = StubDetector.score

    def stop_at_c(self: StubDetector, video: object) -> object:
        if video.info.name == "c.mp4":  # type: ignore[attr-defined]
            raise KeyboardInterrupt
        return score(self, video)  # type: ignore[arg-type]

    monkeypatch.setattr(StubDetector, "score", stop_at_c)
    answer = fakefinder("scan", folder, "-d", "stub", "--format", "json")
    assert answer.code == 130
    assert [report["video"]["name"] for report in answer.json] == ["a.mp4", "b.mp4"]
