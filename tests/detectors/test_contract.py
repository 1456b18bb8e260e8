"""The contract suite: it passes what keeps the contract, and each breach is found by its own check."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from fakefinder.detectors import registry
from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, Video
from fakefinder.detectors.check import breaches, check_detector
from fakefinder.detectors.stub import StubDetector
from fakefinder.detectors.trial import write_video
from fakefinder.errors import VideoUnreadable
from fakefinder.records.report import FrameScore, TrackScore
from fakefinder.weights.store import WeightStore

CARD = StubDetector.card


class Invents(StubDetector):
    """0.5 for whatever it does not understand."""

    def score(self, video: Video) -> Evidence:
        list(video.frames([0]))
        return self.scored(0.5, times=[0.0])


class SwallowsErrors(StubDetector):
    """Hides that nothing could be decoded."""

    def score(self, video: Video) -> Evidence:
        try:
            return super().score(video)
        except VideoUnreadable:
            return self.scored(0.4, times=[0.0])


class Keeps(StubDetector):
    """Holds on to a part of each frame."""

    kept: ClassVar[list[object]] = []

    def score(self, video: Video) -> Evidence:
        self.kept.extend(frame.rgb[:8, :8] for frame in video.frames([0, 1, 2]))
        return super().score(video)


class Drifts(StubDetector):
    """Carries something over from one video to the next."""

    seen = 0

    def score(self, video: Video) -> Evidence:
        self.seen += 1
        return self.scored(1 / (1 + self.seen), times=[0.0])


class Backwards(StubDetector):
    """Asks for frames from last to first."""

    def score(self, video: Video) -> Evidence:
        frames: list[Frame] = []
        for index in ([1, 0], [0]):
            try:
                frames += video.frames(index)
            except Exception:
                continue
        return super().score(video)


class NoCoverage(StubDetector):
    """Does not say what it looked at."""

    def score(self, video: Video) -> Evidence:
        found = super().score(video)
        return found.model_copy(update={"coverage": None})


class FarBox(StubDetector):
    """Speaks of a face outside the picture."""

    def score(self, video: Video) -> Evidence:
        frames = list(video.frames([0]))
        if not frames:
            return self.abstained("unreadable")
        face = FrameScore(index=0, time_seconds=0.0, score=0.2, box=(900.0, 900.0, 950.0, 950.0))
        return self.scored(
            frames[0].rgb.mean() / 255, times=[0.0], tracks=[TrackScore(track=0, score=0.2, frames=(face,))]
        )


class NeedsVideo(StubDetector):
    """Claims to need moving pictures, then scores one frame."""

    card = CARD.model_copy(update={"needs_video": True})


class SilentCard(StubDetector):
    """Says nothing of what it cannot see."""

    card = CARD.model_copy(update={"caveats": ()})


class Crashes(StubDetector):
    """Cannot be loaded."""

    def load(self) -> None:
        raise ZeroDivisionError("load divides by zero")


class SignsAsAnother(StubDetector):
    """Puts another detector's name under its evidence."""

    def score(self, video: Video) -> Evidence:
        return super().score(video).model_copy(update={"detector": "selimsef"})


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Invents, "not_invented"),
        (SwallowsErrors, "no_pictures"),
        (Keeps, "lets_go"),
        (Drifts, "repeatable"),
        (Backwards, "in_order"),
        (NoCoverage, "evidence"),
        (FarBox, "evidence"),
        (SignsAsAnother, "evidence"),
        (NeedsVideo, "one_frame"),
        (SilentCard, "card"),
        (Crashes, "loads"),
    ],
)
def test_each_breach_is_found(broken: type[Detector], check: str) -> None:
    found = {finding.check for finding in check_detector(broken) if finding.outcome == "failed"}
    assert check in found


def test_a_module_that_imports_torch_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "heavy_detector.py").write_text(
        "import torch\nfrom fakefinder.detectors.stub import StubDetector\nclass Heavy(StubDetector):\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    heavy: type[Detector] = __import__("heavy_detector").Heavy
    (breach,) = breaches(check_detector(heavy))
    assert breach.startswith("torch_free: ")


def test_the_stub_keeps_the_contract() -> None:
    assert not breaches(check_detector(StubDetector))


def test_missing_weights_are_no_breach_but_are_said() -> None:
    class NeedsWeights(StubDetector):
        card: ClassVar[DetectorCard] = CARD.model_copy(update={"needs_weights": True})

    findings = check_detector(NeedsWeights)
    assert not breaches(findings)
    unchecked = [finding for finding in findings if finding.outcome == "not_checked"]
    assert any("`fakefinder weights pull stub`" in finding.message for finding in unchecked)


def registered() -> Sequence[str]:
    return registry.names()


@pytest.mark.parametrize("name", registered())
def test_every_registered_detector_keeps_what_needs_no_weights(name: str) -> None:
    """With weights the same suite runs in ``fakefinder detectors check NAME``."""
    findings = check_detector(registry.detector_class(name))
    assert not breaches(findings)
    assert {finding.check for finding in findings if finding.outcome == "passed"} >= {
        "card",
        "registered",
        "torch_free",
    }


@pytest.mark.parametrize("name", ["blend", "mesonet"])
def test_with_its_weights_a_detector_keeps_the_whole_contract(name: str, shared: Path, tmp_path: Path) -> None:
    data = pytest.importorskip("skimage.data")
    photograph = data.astronaut()
    write_video(tmp_path / "face.mp4", [photograph[:256, left : left + 256] for left in range(86, 106)])
    weights = WeightStore(tmp_path / "weights", mirror=shared / "weights").pull(name)
    findings = check_detector(registry.detector_class(name), weights=weights, face_video=tmp_path / "face.mp4")
    assert {finding.outcome for finding in findings} == {"passed"}, findings
