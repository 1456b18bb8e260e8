"""A stopped evaluation goes on where it was; nothing is scanned twice, and nothing stale is taken for new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.detectors.base import Evidence, Video
from fakefinder.detectors.stub import StubDetector
from fakefinder.errors import DetectorUnknown, UsageError, WeightsAltered, WeightsMissing
from fakefinder.evaluation import Evaluation, evaluate, from_kept, read_manifest, render
from fakefinder.evaluation.ledger import NAME, Ledger, opened
from fakefinder.scan import Step
from fakefinder.weights.store import WeightStore
from tests.evaluation.conftest import Known, keep, write_manifest

Run = Callable[..., Evaluation]


class Noting(StubDetector):
    """Brightness; notes how often it is loaded and what it scores."""

    card = StubDetector.card.model_copy(update={"name": "noting"})
    loaded = 0
    scored_names: tuple[str, ...] = ()

    def load(self) -> None:
        type(self).loaded += 1

    def score(self, video: Video) -> Evidence:
        type(self).scored_names += (video.info.name,)
        return super().score(video)


class Crashing(StubDetector):
    """Breaks on every video."""

    card = StubDetector.card.model_copy(update={"name": "crashing"})

    def score(self, video: Video) -> Evidence:
        raise RuntimeError("the sky fell")


LABELS = {"dark.png": ("real", ""), "grey.png": ("fake", ""), "light.png": ("fake", "")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A manifest of three stills of different brightness."""
    for level, name in zip((0, 128, 255), LABELS, strict=True):
        cv2.imwrite(str(tmp_path / name), np.full((48, 64, 3), level, np.uint8))
    write_manifest(tmp_path, LABELS)
    return tmp_path


@pytest.fixture
def run(folder: Path, known: Known, store: WeightStore, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``run("noting")`` evaluates with that detector; the notes start anew, and no page is drawn."""
    monkeypatch.setattr(render, "to_html", lambda *_: "a page, which takes long")
    known |= {"noting": Noting, "crashing": Crashing}
    Noting.loaded, Noting.scored_names = 0, ()

    def call(*detectors: str, watch: Callable[[Step], None] = lambda step: None) -> Evaluation:
        return evaluate(read_manifest(folder / "labels.csv"), detectors, folder / "out", store=store, watch=watch)

    return call


def scores(found: Evaluation, detector: str) -> list[float | None]:
    return [one.score for video in found.videos for one in video.outcomes if one.detector == detector]


def test_scores_are_kept_and_files_are_written(run: Run, folder: Path) -> None:
    found = run("noting")
    assert scores(found, "noting") == pytest.approx([0, 128 / 255, 1])
    assert found.detectors[0].overall.figures.auc.value == 1
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        ".lock", "evaluation.html", "evaluation.json", "reports.jsonl", "scores.csv",
    ]  # fmt: skip
    assert Evaluation.model_validate_json((folder / "out" / "evaluation.json").read_text()) == found


def test_nothing_left_to_scan_loads_no_detector(run: Run) -> None:
    first, steps = run("noting"), list[Step]()
    again = run("noting", watch=steps.append)
    assert (Noting.loaded, len(Noting.scored_names)) == (1, 3)
    assert [(step.video, step.state) for step in steps] == [(name, "scored") for name in LABELS]
    assert again.detectors == first.detectors
    assert again.videos == first.videos


def test_a_stopped_run_goes_on_even_after_a_line_that_was_cut_off(run: Run, folder: Path) -> None:
    def stop(step: Step) -> None:
        if step.video == "light.png":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run("noting", watch=stop)
    assert not (folder / "out" / "evaluation.json").exists()
    assert list(Noting.scored_names) == ["dark.png", "grey.png"]
    with (folder / "out" / NAME).open("a") as ledger:
        ledger.write('{"schema_version":1,"asked":[{"det')
    found = run("noting")
    assert list(Noting.scored_names) == ["dark.png", "grey.png", "light.png"]
    assert None not in scores(found, "noting")
    assert len((folder / "out" / NAME).read_text().splitlines()) == 3


def test_a_detector_that_is_added_scans_alone(run: Run) -> None:
    run("noting")
    found = run("noting", "alpha")
    assert len(Noting.scored_names) == 3
    assert scores(found, "alpha") == scores(found, "noting")
    assert found.collective is not None
    assert found.pairs[0].pearson == pytest.approx(1)


def test_another_version_is_another_detector(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("noting")
    card = Noting.card
    monkeypatch.setattr(Noting, "card", card.model_copy(update={"version": "2"}))
    assert run("noting").provenance.detectors[0].version == "2"
    assert len(Noting.scored_names) == 6
    monkeypatch.setattr(Noting, "card", card)
    run("noting")
    assert len(Noting.scored_names) == 6, "the first version's scores are still there"


def test_failures_are_tried_again_and_abstentions_are_not(run: Run, known: Known) -> None:
    found = run("crashing", "noting")
    assert [one.reason for one in found.detectors[0].overall.coverage.reasons] == ["crashed"]
    assert found.detectors[0].overall.coverage.failed == 3
    known["crashing"] = type("Mended", (StubDetector,), {"card": Crashing.card})
    assert None not in scores(run("crashing", "noting"), "crashing")
    assert len(Noting.scored_names) == 3


def test_a_bad_row_costs_no_other_its_score(run: Run, folder: Path) -> None:
    (folder / "grey.png").write_text("no picture")
    (folder / "light.png").unlink()
    (folder / "light.png").symlink_to(folder / "dark.png")
    write_manifest(folder, {"dark.png": ("real", ""), "grey.png": ("fake", "")})
    gone = read_manifest(folder / "labels.csv")
    found = run("noting")
    assert [one.outcomes[0].reason for one in found.videos] == [None, "unreadable"]
    (folder / "grey.png").unlink()
    vanished = evaluate(gone, ["noting"], folder / "out", store=WeightStore(folder / "weights"))
    [kept, lost] = [video.outcomes[0] for video in vanished.videos]
    assert (kept.status, lost.status, lost.reason) == ("scored", "failed", "not_found")


def test_the_same_bytes_twice_are_scanned_once(run: Run, folder: Path) -> None:
    (folder / "copy.png").write_bytes((folder / "grey.png").read_bytes())
    write_manifest(folder, LABELS | {"copy.png": ("fake", "")})
    assert scores(run("noting"), "noting") == pytest.approx([0, 128 / 255, 1])
    assert list(Noting.scored_names) == list(LABELS)


class Weighty(StubDetector):
    """Has weights, and changes them behind the evaluation's back where ``other`` says so."""

    card = StubDetector.card.model_copy(update={"name": "mesonet", "needs_weights": True})
    other = False

    def score(self, video: Video) -> Evidence:
        evidence = super().score(video)
        return evidence.model_copy(update={"weights_sha256": {"new": "ab" * 32}}) if self.other else evidence


def test_weights_are_part_of_what_a_score_is_kept_under(
    run: Run, known: Known, folder: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known["mesonet"] = Weighty
    with pytest.raises(WeightsMissing):
        run("mesonet")
    assert not (folder / "out").exists(), "missing weights are told before anything starts"
    WeightStore(folder / "weights", mirror=shared / "weights").pull("mesonet")
    monkeypatch.setattr(Weighty, "other", True)
    with pytest.raises(WeightsAltered, match="changed while the evaluation ran"):
        run("mesonet")
    assert not (folder / "out" / NAME).exists(), "a score of other weights is not kept under these"
    monkeypatch.setattr(Weighty, "other", False)
    [asked] = run("mesonet").provenance.detectors
    assert len(asked.weights_sha256) == 4


def test_from_kept_scans_nothing_and_says_what_is_missing(run: Run, folder: Path, store: WeightStore) -> None:
    keep(folder / "out", folder / "dark.png", {"noting": 0.25, "alpha": "!crashed"}, store)
    manifest = read_manifest(folder / "labels.csv")
    found = from_kept(manifest, ["noting", "alpha"], folder / "out", store=store)
    assert Noting.loaded == 0
    assert scores(found, "noting") == [0.25, None, None]
    noting, alpha = (result.overall.coverage for result in found.detectors)
    assert (noting.scored, noting.not_scanned) == (1, 2)
    assert (alpha.failed, alpha.not_scanned) == (1, 2)
    nothing = from_kept(manifest, ["noting"], folder / "none", store=store)
    assert nothing.detectors[0].overall.coverage.not_scanned == 3
    assert not (folder / "none").exists()


@pytest.mark.parametrize("detectors", [[], ["alhpa"]])
def test_wrong_arguments_leave_nothing_behind(detectors: Sequence[str], folder: Path, store: WeightStore) -> None:
    with pytest.raises((UsageError, DetectorUnknown)):
        evaluate(read_manifest(folder / "labels.csv"), detectors, folder / "out", store=store)
    assert not (folder / "out").exists()


def test_one_process_at_a_time(run: Run, folder: Path) -> None:
    with opened(folder / "out"), pytest.raises(UsageError, match="Another evaluation is at work"):
        run("noting")
    (folder / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written to"), opened(folder / "file"):
        pass


def test_a_spoilt_line_is_passed_over(run: Run, folder: Path) -> None:
    run("noting")
    path = folder / "out" / NAME
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + "spoilt\n" + lines[1] + "{}\n" + lines[2])
    assert len(Ledger(path).evidence()) == 3
