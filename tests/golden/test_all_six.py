"""The six published systems on one video, through the command line: six scores from one decode."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakefinder.cli.app import run
from fakefinder.media.sandbox import SandboxedVideo
from fakefinder.weights.store import WeightStore

SIX = ("boken", "eighteen", "medics", "ntech", "selimsef", "wm")
FPS, FRAMES = 25, 78
"""Of the clip: 3.1 seconds, 512 x 512, one face throughout."""
LAST = (FRAMES - 1) / FPS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, synthetic_store: Callable[..., WeightStore]) -> Path:
    """All six with synthetic weights; the face finders of wm and ntech see one face in every frame."""
    folder = tmp_path_factory.mktemp("six")
    for name in SIX:
        (folder / name).symlink_to(synthetic_store(name, one_face=True).root / name)
    return folder


@pytest.fixture(scope="module")
def videos() -> list[SandboxedVideo]:
    """The videos that were opened."""
    return []


@pytest.fixture(scope="module")
def evidence(store: Path, shared: Path, videos: list[SandboxedVideo]) -> dict[str, Any]:
    """What ``scan -d all --format json`` says, by detector."""

    def entered(video: SandboxedVideo) -> SandboxedVideo:
        videos.append(video)
        return video

    clip, out = shared / "clips" / "lp_driving_d0.mp4", store / "report.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SandboxedVideo, "__enter__", entered)
        names = ",".join(SIX)
        command = ["scan", str(clip), "-d", names, "--format", "json", "-o", str(out), "--weights", str(store)]
        assert run([*command, "--device", "cpu"]) == 0
    return {one["detector"]: one for one in json.loads(out.read_text())["evidence"]}


def test_six_are_scored(evidence: dict[str, Any]) -> None:
    assert sorted(evidence) == sorted(SIX)
    for one in evidence.values():
        assert (one["status"], one["recipe"]) == ("scored", "faithful"), one["message"]
        assert one["tracks"]
        assert all(track["score"] is not None for track in one["tracks"])


def test_each_frame_is_decoded_once(evidence: dict[str, Any], videos: list[SandboxedVideo]) -> None:
    [video] = videos
    assert video.info.frame_count == FRAMES
    assert video.decoded == FRAMES  # eighteen and medics alone look at every frame of so short a video


@pytest.mark.parametrize(
    ("name", "frames", "first", "last"),
    [
        ("boken", 15, 0.0, LAST),
        ("eighteen", FRAMES, 0.0, LAST),
        ("medics", None, 0.0, LAST),
        ("ntech", FRAMES // 2, 0.0, 76 / FPS),  # every second frame, as 25 / 15 is rounded to 2
        ("selimsef", 32, 0.0, LAST),
        ("wm", 7, 9 / FPS, 69 / FPS),  # frames 9, 19, ..., 69
    ],
)
def test_coverage(evidence: dict[str, Any], name: str, frames: int | None, first: float, last: float) -> None:
    coverage = evidence[name]["coverage"]
    assert coverage["from_seconds"] == pytest.approx(first, abs=1e-3)
    assert coverage["to_seconds"] == pytest.approx(last, abs=1e-3)
    assert coverage["faces"] > 0
    if frames is not None:
        assert coverage["frames"] == frames
