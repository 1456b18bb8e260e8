"""A fresh machine without network: the first scan gives a score."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Answer, portrait
from tests.media.videos import Kind, write_video

Command = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise AssertionError("something wanted the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    return write_video(tmp_path / "face.mp4", Kind(".mp4", count=20, width=320, height=240), portrait)


def test_blend_scores_without_being_named(fakefinder: Command, video: Path, tmp_path: Path) -> None:
    answer = fakefinder("scan", video, "--weights", tmp_path / "store", "--format", "json")
    assert answer.code == 0, answer.err
    [evidence] = answer.json["evidence"]
    assert (evidence["detector"], evidence["status"], evidence["recipe"]) == ("blend", "scored", "two_a_second")
    assert evidence["coverage"]["faces"] == evidence["coverage"]["frames"] == 16
    assert evidence["weights_unlisted"] == []
    assert evidence["tracks"][0]["frames"][0]["score"] is not None


def test_a_store_that_cannot_be_written_to_is_enough(fakefinder: Command, video: Path, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    answer = fakefinder("scan", video, "--weights", tmp_path / "store", "--format", "json")
    assert answer.code == 0, answer.err
    assert answer.json["evidence"][0]["status"] == "scored"


def test_the_doctor_says_what_a_scan_takes(fakefinder: Command, tmp_path: Path) -> None:
    answer = fakefinder("doctor", "--weights", tmp_path / "store")
    lines = answer.out.splitlines()
    assert any(line.startswith("ok  detector blend: version") and "comes with FakeFinder" in line for line in lines)
    assert "ok  a scan without --detector takes: blend" in lines
