"""Files with the same bytes are one video: it is scanned once, counts once, and is told under all its names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.errors import UsageError
from fakefinder.evaluation import Evaluation, evaluate, from_kept, read_manifest, render
from fakefinder.scan import Step
from fakefinder.weights.store import WeightStore
from tests.evaluation.conftest import Known, keep, write_manifest
from tests.evaluation.test_evaluation_render import table
from tests.records.test_html import Page

KEPT: dict[str, tuple[str, str, float]] = {
    "a.mp4": ("fake", "swap", 0.9),
    "b.mp4": ("real", "swap", 0.6),
    "c.mp4": ("fake", "phone", 0.3),
    "d.mp4": ("real", "phone", 0.1),
}
"""Label, group and score."""
COPIES = {"b2.mp4": "b.mp4", "a2.mp4": "a.mp4", "b3.mp4": "b.mp4"}

Kept = Callable[[dict[str, tuple[str, str]]], Evaluation]


@pytest.fixture
def kept(tmp_path: Path, known: Known, store: WeightStore) -> Kept:
    """``kept({"b2.mp4": ("real", "mail")})`` is the evaluation of ``KEPT`` and of these copies, all scanned before."""
    assert known
    for name, (_, _, score) in KEPT.items():
        (tmp_path / name).write_text(name)
        keep(tmp_path / "out", tmp_path / name, {"alpha": score, "beta": score}, store)
    for name, original in COPIES.items():
        (tmp_path / name).write_text(original)

    def call(copies: dict[str, tuple[str, str]]) -> Evaluation:
        rows = {name: (label, group) for name, (label, group, _) in KEPT.items()} | copies
        manifest = read_manifest(write_manifest(tmp_path, rows))
        return from_kept(manifest, ["alpha", "beta"], tmp_path / "out", store=store)

    return call


ALL_COPIES = {"b2.mp4": ("real", "swap"), "a2.mp4": ("fake", "swap"), "b3.mp4": ("real", "swap")}


def test_copies_count_once(kept: Kept) -> None:
    alone, found = kept({}), kept(ALL_COPIES)
    assert [(video.path, video.also) for video in found.videos] == [
        ("a.mp4", ("a2.mp4",)),
        ("b.mp4", ("b2.mp4", "b3.mp4")),
        ("c.mp4", ()),
        ("d.mp4", ()),
    ]
    assert found.detectors == alone.detectors, "coverage, figures, intervals and groups are those of four videos"
    assert (found.collective, found.pairs) == (alone.collective, alone.pairs)
    assert found.detectors[0].overall.figures.auc.value == 3 / 4


def test_the_first_of_equal_files_says_which_group_it_is_of(kept: Kept) -> None:
    found = kept({"b2.mp4": ("real", "mail")})
    assert found.videos[1].group == "swap"
    assert [one.group for one in found.detectors[0].groups] == ["phone", "swap"]


def test_equal_files_cannot_be_real_and_fake(kept: Kept) -> None:
    with pytest.raises(UsageError, match="Lines 3 and 6 are the same video, once real and once fake"):
        kept({"b2.mp4": ("fake", "swap")})


def test_table_page_and_json_say_how_many_files_count_once(kept: Kept) -> None:
    found = kept(ALL_COPIES)
    sentence = "3 of the 7 files are byte for byte the same as others and count once."
    page = Page(render.to_html(found)).text
    for text in (table(found), page, render.to_json(found)):
        assert sentence in text
    assert "4 videos, 2 real and 2 fake" in page
    assert "b.mp4and 2 the same" in page
    one = kept({"b2.mp4": ("real", "swap")})
    assert one.copies == "1 of the 5 files is byte for byte the same as another and counts once."
    assert kept({}).copies is None
    assert "byte for byte" not in table(kept({})) + render.to_html(kept({}))


def test_csv_has_each_file_and_says_which_count(kept: Kept) -> None:
    rows = list(csv.DictReader(io.StringIO(render.to_csv(kept(ALL_COPIES)))))
    names = [(row["path"], row["same_as"], row["score"]) for row in rows if row["detector"] == "alpha"]
    assert names == [
        ("a.mp4", "", "0.9"),
        ("a2.mp4", "a.mp4", "0.9"),
        ("b.mp4", "", "0.6"),
        ("b2.mp4", "b.mp4", "0.6"),
        ("b3.mp4", "b.mp4", "0.6"),
        ("c.mp4", "", "0.3"),
        ("d.mp4", "", "0.1"),
    ]
    assert len(rows) == 14


@pytest.mark.usefixtures("known")
def test_each_row_ends_once_however_its_video_ends(
    tmp_path: Path, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "to_html", lambda *_: "a page, which takes long")
    for level, names in {0: ("dark.png",), 128: ("grey.png", "grey-2.png"), 255: ("light.png", "light-2.png")}.items():
        for name in names:
            cv2.imwrite(str(tmp_path / name), np.full((48, 64, 3), level, np.uint8))
    rows = [*sorted(tmp_path.glob("*.png"))]
    manifest = read_manifest(write_manifest(tmp_path, {path.name: ("fake", "") for path in rows}))
    steps: list[Step] = []

    def watch(step: Step) -> None:
        steps.append(step)
        for name in ("light.png", "light-2.png"):  # it goes away once the first video is at work
            (tmp_path / name).unlink(missing_ok=True)

    def ended() -> list[tuple[str, str]]:
        return sorted((step.video, step.state) for step in steps if step.state not in ("loading", "scoring"))

    found = evaluate(manifest, ["alpha"], tmp_path / "out", store=store, watch=watch)
    assert [len(video.also) for video in found.videos] == [0, 1, 1]
    expected = {path.name: "failed" if "light" in path.name else "scored" for path in rows}
    assert ended() == sorted(expected.items())
    steps.clear()
    resumed = read_manifest(write_manifest(tmp_path, {path.name: ("fake", "") for path in rows if path.is_file()}))
    evaluate(resumed, ["alpha"], tmp_path / "out", store=store, watch=steps.append)
    assert ended() == [("dark.png", "scored"), ("grey-2.png", "scored"), ("grey.png", "scored")]
