"""The spine: one decode for all detectors, evidence for each, weights taken up anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fakefinder.detectors import registry
from fakefinder.detectors.base import Detector, Evidence, Video
from fakefinder.detectors.stub import StubDetector
from fakefinder.media import sandbox
from fakefinder.records.measured import Measurement
from fakefinder.scan import Scanner, Step
from fakefinder.weights.store import WeightStore
from tests.media.videos import Kind, write_kind, write_video


class Every(StubDetector):
    """Looks at every third frame."""

    card = StubDetector.card.model_copy(update={"name": "every"})

    def score(self, video: Video) -> Evidence:
        seen = [frame.time_seconds for frame in video.frames(range(0, video.info.frame_count, 3))]
        return self.scored(0.25, times=seen)


class Weighty(Detector):
    """Answers with what its weights say."""

    card = StubDetector.card.model_copy(update={"name": "weighty", "needs_weights": True})

    def load(self) -> None:
        [name] = self.weights.files
        self.answer = float(self.weights.tensors(name)["answer"])

    def score(self, video: Video) -> Evidence:
        return self.scored(self.answer, times=[0.0])


class NeedsVideo(StubDetector):
    """Wants moving pictures."""

    card = StubDetector.card.model_copy(update={"name": "needs", "needs_video": True})


KINDS = {kind.card.name: kind for kind in (StubDetector, Every, Weighty, NeedsVideo)}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "detector_class", KINDS.__getitem__)


def scanner(*names: str, root: Path, **options: Any) -> Scanner:
    return Scanner(names, WeightStore(root), device="cpu", **options)


def test_all_detectors_share_one_decode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: list[list[int]] = []
    frames = sandbox.SandboxedVideo.frames

    def counted(self: sandbox.SandboxedVideo, indices: list[int]) -> Any:
        passes.append(list(indices))
        return frames(self, indices)

    monkeypatch.setattr(sandbox.SandboxedVideo, "frames", counted)
    report = scanner("stub", "every", root=tmp_path).scan(write_kind("h264_b_frames", tmp_path))
    assert [one.status for one in report.evidence] == ["scored", "scored"]
    assert len(passes) == 1
    assert passes[0] == sorted(set(passes[0])), "each frame is asked for once"
    assert set(range(0, 60, 3)) <= set(passes[0])


def test_steps_are_told(tmp_path: Path) -> None:
    steps: list[Step] = []
    scanner("stub", "every", root=tmp_path, watch=steps.append).scan(write_kind("ten_frames", tmp_path))
    told = [(step.detector, step.state) for step in steps]
    assert told[:2] == [("stub", "loading"), ("every", "loading")]
    assert set(told[2:]) == {(name, state) for name in ("stub", "every") for state in ("scoring", "scored")}


def test_a_still_is_not_for_detectors_that_need_video(tmp_path: Path) -> None:
    report = scanner("stub", "needs", root=tmp_path).scan(write_kind("still.png", tmp_path))
    assert [(one.status, one.reason) for one in report.evidence] == [("scored", None), ("abstained", "needs_video")]


def test_a_newly_activated_version_is_taken_up_at_the_next_video(tmp_path: Path) -> None:
    video, store = write_kind("one_frame", tmp_path), WeightStore(tmp_path / "store")
    scan = scanner("weighty", root=store.root).scan
    scores = []
    for answer in (0.25, 0.75):
        _import(store, tmp_path / f"published-{answer}", answer)
        [evidence] = scan(video).evidence
        scores.append(evidence.score)
        assert evidence.weights_unlisted == ("net.safetensors",)
        assert len(evidence.weights_sha256["net.safetensors"]) == 64
    assert scores == [0.25, 0.75]


def test_a_detector_at_chance_cannot_make_a_video_likely_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video, store = write_kind("one_frame", tmp_path), WeightStore(tmp_path / "store")
    _import(store, tmp_path / "published", 0.95)
    assert scanner("weighty", root=store.root).scan(video).verdict.level == "likely_fake"
    figures = {"data": "a", "real": 9, "fake": 9, "scored": 18, "auc": {"value": 0.6, "low": 0.4, "high": 0.8}}
    measured = Measurement.model_validate({"weights_sha256": store.active("weighty").sha256, "overall": figures})
    monkeypatch.setattr(Weighty, "card", Weighty.card.model_copy(update={"measured": measured}))
    verdict = scanner("weighty", root=store.root).scan(video).verdict
    assert (verdict.level, verdict.at_chance) == ("uncertain", ("weighty",))
    _import(store, tmp_path / "own", 0.96)
    assert scanner("weighty", root=store.root).scan(video).verdict.level == "likely_fake", "never measured"


def test_the_same_video_gives_the_same_report_but_for_the_clock(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", Kind(".mp4", count=12))
    scan = scanner("stub", root=tmp_path).scan
    clock: Any = {"provenance": {"created_at"}, "evidence": {"__all__": {"seconds"}}}
    first, second = (scan(video).model_dump(exclude=clock) for _ in range(2))
    assert first == second


def _import(store: WeightStore, folder: Path, answer: float) -> None:
    import torch
    from safetensors.torch import save_file

    folder.mkdir()
    save_file({"answer": torch.tensor(answer)}, folder / "net.safetensors")
    store.import_folder("weighty", folder, unlisted=True)
