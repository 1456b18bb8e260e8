"""Every kind of input through the command line: status, reason and exit code."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import pytest

from tests.cli.conftest import Answer, portrait, two_portraits
from tests.media.broken_videos import DAMAGED, REFUSED
from tests.media.videos import Kind, write_kind, write_video

Scan = Callable[..., tuple[Answer, dict[str, Any]]]


@pytest.fixture
def scan(fakefinder: Callable[..., Answer], mesonet_store: Path) -> Scan:
    """Scan one video with mesonet: the answer and the one evidence of its report."""

    def call(path: Path) -> tuple[Answer, dict[str, Any]]:
        answer = fakefinder("scan", path, "-d", "mesonet", "--weights", mesonet_store, "--format", "json")
        return answer, answer.json["evidence"][0]

    return call


SCORED = {
    "ten_frames.mp4": Kind(".mp4", count=10, width=320, height=240),
    "one_frame.mp4": Kind(".mp4", count=1, width=320, height=240),
    "phone.MOV": Kind(".mov", rotation=0, width=320, height=240),
    "web.webm": Kind(".webm", codec="libvpx-vp9", count=20, width=320, height=240, options={"deadline": "realtime"}),
    "old.avi": Kind(".avi", codec="mpeg4", width=320, height=240),
    "variable_rate.mp4": Kind(".mp4", steps=(1, 3, 1, 7, 2), width=320, height=240),
    "odd_size.mp4": Kind(".mp4", width=321, height=239, pixels="yuv444p"),
    "Ünïcode name; $(x).mp4": Kind(".mp4", count=20, width=320, height=240),
}


@pytest.mark.parametrize("name", SCORED)
def test_scored(name: str, scan: Scan, tmp_path: Path) -> None:
    kind = SCORED[name]
    path = write_video(tmp_path / f"made{kind.suffix}", kind, portrait).rename(tmp_path / name)
    answer, evidence = scan(path)
    assert answer.code == 0, answer.err
    assert evidence["status"] == "scored"
    assert 0 <= evidence["score"] <= 1
    assert evidence["reason"] is None
    assert evidence["coverage"]["faces"] == evidence["coverage"]["frames"] == min(kind.count, 15)
    video = answer.json["video"]
    assert (video["name"], video["width"], video["height"]) == (name, kind.width, kind.height)
    assert video["frame_count"] == kind.count
    assert video["decode_failures"] == 0


def test_rotated_phone_video_is_upright(scan: Scan, tmp_path: Path) -> None:
    def lying(number: int, width: int, height: int) -> Any:
        return cv2.rotate(portrait(number, height, width), cv2.ROTATE_90_CLOCKWISE)

    path = write_video(tmp_path / "phone.mov", Kind(".mov", rotation=90, width=320, height=240), lying)
    answer, evidence = scan(path)
    assert evidence["status"] == "scored", evidence
    assert (answer.json["video"]["width"], answer.json["video"]["height"]) == (240, 320)
    x1, y1, x2, y2 = evidence["tracks"][0]["frames"][0]["box"]
    assert y2 - y1 > x2 - x1, "a face is taller than wide once it is upright"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_still_picture_is_a_video_of_one_frame(suffix: str, scan: Scan, tmp_path: Path) -> None:
    path = tmp_path / f"still{suffix}"
    cv2.imwrite(str(path), cv2.cvtColor(portrait(0, 320, 240), cv2.COLOR_RGB2BGR))
    answer, evidence = scan(path)
    assert answer.code == 0
    assert evidence["status"] == "scored"
    assert evidence["coverage"]["frames"] == 1


def test_two_faces(scan: Scan, tmp_path: Path) -> None:
    path = write_video(tmp_path / "two.mp4", Kind(".mp4", count=20, width=640, height=240), two_portraits)
    answer, evidence = scan(path)
    assert answer.code == 0
    assert evidence["status"] == "scored"


def test_no_face_is_an_abstention(scan: Scan, tmp_path: Path) -> None:
    answer, evidence = scan(write_kind("h264_b_frames", tmp_path))
    assert answer.code == 0
    assert (evidence["status"], evidence["score"], evidence["reason"]) == ("abstained", None, "no_face")
    assert answer.json["verdict"]["level"] == "undetermined"
    assert answer.json["verdict"]["score"] is None


@pytest.mark.parametrize("kind", REFUSED)
def test_unreadable(kind: str, scan: Scan, tmp_path: Path) -> None:
    answer, evidence = scan(REFUSED[kind](tmp_path))
    assert answer.code == 3
    assert (evidence["status"], evidence["score"], evidence["reason"]) == ("abstained", None, "unreadable")
    assert evidence["message"]
    assert answer.json["verdict"]["level"] == "undetermined"
    assert answer.json["video"]["width"] is None


def test_truncated_video_is_scored_on_what_is_left(scan: Scan, tmp_path: Path) -> None:
    whole = write_video(
        tmp_path / "whole.mp4",
        Kind(".mp4", count=60, width=320, height=240, options={"g": "5"}, container={"movflags": "faststart"}),
        portrait,
    )
    part = tmp_path / "part.mp4"
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    answer, evidence = scan(part)
    assert answer.code == 0
    assert evidence["status"] == "scored"
    assert 1 <= evidence["coverage"]["frames"] < 15
    assert answer.json["video"]["frame_count"] < 60
    assert evidence["coverage"]["to_seconds"] < 60 / 25 * 0.9


def test_a_header_that_lies_about_8k_changes_nothing(scan: Scan, tmp_path: Path) -> None:
    answer, evidence = scan(DAMAGED["header_lie"](tmp_path))
    assert answer.code == 0
    assert (answer.json["video"]["width"], answer.json["video"]["height"]) == (176, 144)
    assert evidence["reason"] == "no_face"


def test_a_folder_is_scanned_on_after_a_bad_video(
    fakefinder: Callable[..., Answer], mesonet_store: Path, tmp_path: Path
) -> None:
    REFUSED["empty"](tmp_path).rename(tmp_path / "a_bad.mp4")
    write_video(tmp_path / "b_good.mp4", Kind(".mp4", count=15, width=320, height=240), portrait)
    DAMAGED["truncated_at_end"](tmp_path).rename(tmp_path / "c_short.mp4")
    (tmp_path / "notes.csv").write_text("not,a,video\n")
    answer = fakefinder("scan", tmp_path, "-d", "mesonet", "--weights", mesonet_store, "--format", "json")
    assert answer.code == 5
    rows = [(r["video"]["name"], r["evidence"][0]["status"]) for r in answer.json]
    assert rows == [("a_bad.mp4", "abstained"), ("b_good.mp4", "scored"), ("c_short.mp4", "abstained")]


def test_weights_missing_costs_no_other_detector_its_score(
    fakefinder: Callable[..., Answer], mesonet_store: Path, tmp_path: Path
) -> None:
    path = write_video(tmp_path / "face.mp4", Kind(".mp4", count=15, width=320, height=240), portrait)
    answer = fakefinder("scan", path, "-d", "boken,mesonet", "--weights", mesonet_store, "--format", "json")
    assert answer.code == 4
    boken, mesonet = answer.json["evidence"]
    assert (boken["status"], boken["reason"], boken["score"]) == ("failed", "weights_missing", None)
    assert "fakefinder weights pull boken" in boken["message"]
    assert mesonet["status"] == "scored"
    assert answer.json["verdict"]["detectors_scored"] == 1


def test_altered_weights_are_an_error(fakefinder: Callable[..., Answer], mesonet_store: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    shutil.copytree(mesonet_store, store)
    stored = next(store.glob("mesonet/*/*.safetensors"))
    content = bytearray(stored.read_bytes())
    content[-1] ^= 1
    stored.write_bytes(content)
    path = write_video(tmp_path / "face.mp4", Kind(".mp4", count=2, width=320, height=240), portrait)
    answer = fakefinder("scan", path, "-d", "mesonet", "--weights", store, "--format", "json")
    assert answer.code == 4
    assert answer.json["evidence"][0]["reason"] == "weights_altered"
    assert answer.json["evidence"][0]["score"] is None
