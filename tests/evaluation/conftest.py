"""Manifests of files that need no decoding, detectors without nets, and results that are kept already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakefinder.detectors import registry
from fakefinder.detectors.base import Detector
from fakefinder.detectors.stub import StubDetector
from fakefinder.evaluation import Evaluation, Options, from_kept, read_manifest
from fakefinder.evaluation.collect import asked_detector
from fakefinder.evaluation.ledger import opened
from fakefinder.records.report import Evidence, Provenance, Report, VideoRecord
from fakefinder.records.verdict import reach_verdict
from fakefinder.weights.active import file_sha256
from fakefinder.weights.store import WeightStore

Row = tuple[str, str, str]
Scores = Mapping[str, float | str]
Known = dict[str, type[Detector]]


class Alpha(StubDetector):
    """Brightness under another name."""

    card = StubDetector.card.model_copy(update={"name": "alpha"})


class Beta(StubDetector):
    """The same under a third."""

    card = StubDetector.card.model_copy(update={"name": "beta"})


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """The detectors there are, by name; a test may change them."""
    found: Known = {"alpha": Alpha, "beta": Beta}
    monkeypatch.setattr(registry, "detector_class", found.__getitem__)
    return found


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    """A weight store without weights."""
    return WeightStore(tmp_path / "weights")


def write_manifest(folder: Path, rows: Mapping[str, tuple[str, str]]) -> Path:
    """A manifest of path: (label, group)."""
    path = folder / "labels.csv"
    lines = [f"{name},{label},{group}" for name, (label, group) in rows.items()]
    path.write_text("\n".join(["path,label,group", *lines, ""]))
    return path


def keep(folder: Path, video: Path, scores: Scores, store: WeightStore) -> None:
    """Put a report into a ledger: a number is a score, a text the reason of an abstention, ``!reason`` of a failure."""
    asked = [asked_detector(name, store) for name in scores]
    evidence = tuple(_evidence(name, score) for name, score in scores.items())
    report = Report(
        video=VideoRecord(name=video.name, sha256=file_sha256(video)),
        evidence=evidence,
        verdict=reach_verdict(evidence),
        provenance=Provenance(fakefinder="1", created_at=datetime(2026, 5, 4, tzinfo=UTC), host_device="none"),
    )
    with opened(folder) as ledger:
        ledger.append(report, asked)


def _evidence(detector: str, score: float | str) -> Evidence:
    fields: dict[str, object] = {"detector": detector, "version": "1", "recipe": "faithful"}
    if isinstance(score, float):
        return Evidence.model_validate({**fields, "status": "scored", "score": score})
    status = "failed" if score.startswith("!") else "abstained"
    return Evidence.model_validate({**fields, "status": status, "reason": score.lstrip("!")})


VIDEOS: dict[str, tuple[str, str, Scores]] = {
    "a.mp4": ("fake", "swap", {"alpha": 0.9, "beta": 0.8}),
    "b.mp4": ("fake", "swap", {"alpha": 0.2, "beta": 0.6}),
    "c.mp4": ("real", "swap", {"alpha": 0.1, "beta": 0.3}),
    "d.mp4": ("real", "phone", {"alpha": 0.7, "beta": "no_face"}),
    "e.mp4": ("real", "phone", {"alpha": "no_face", "beta": "no_face"}),
}
"""Label, group and scores."""


@pytest.fixture
def evaluated(tmp_path: Path, known: Known, store: WeightStore) -> Callable[..., Evaluation]:
    """``evaluated(threshold=0.4)`` is the evaluation of ``VIDEOS``, all kept in ``out``; nothing is written."""
    assert known
    for name, (_, _, scores) in VIDEOS.items():
        (tmp_path / name).write_text(name)
        keep(tmp_path / "out", tmp_path / name, scores, store)
    path = write_manifest(tmp_path, {name: (label, group) for name, (label, group, _) in VIDEOS.items()})

    def call(**options: object) -> Evaluation:
        chosen = Options.model_validate(options)
        return from_kept(read_manifest(path), ["alpha", "beta"], tmp_path / "out", store=store, options=chosen)

    return call
