"""The page, the tables and the csv say what was found, and no name in them acts."""

from __future__ import annotations

import csv
import io
import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from rich.console import Console

from fakefinder.detectors.stub import StubDetector
from fakefinder.errors import UsageError
from fakefinder.evaluation import Evaluation, outputs, render
from fakefinder.evaluation.render.html import largest_errors_first
from tests.records.test_html import Page

Evaluated = Callable[..., Evaluation]
HOSTILE = '=cmd()<script>alert(1)</script>"\u202egpj.mp4'


def table(found: Evaluation) -> str:
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(render.to_table(found))
    return capture.get()


def test_the_largest_errors_come_first(evaluated: Evaluated) -> None:
    order = [video.path for video in largest_errors_first(evaluated().videos)]
    assert order == ["d.mp4", "b.mp4", "c.mp4", "a.mp4", "e.mp4"]


def test_page_says_everything(evaluated: Evaluated) -> None:
    found = evaluated()
    text = Page(render.to_html(found, {"alpha": StubDetector.card})).text
    for part in (
        "5 videos, 3 real and 2 fake",
        found.missing,
        "4 of 5",
        "0.750",
        "abstained (no_face) 2",
        "alpha, beta",
    ):
        assert part in text
    for part in ("hold real or fake videos alone: phone", "fewer than 5 videos of a class", "chance", "mean_v"):
        assert part in text
    assert StubDetector.card.caveats[0] in text
    assert found.provenance.manifest_sha256 in text


def test_neutral_values_are_told_everywhere(evaluated: Evaluated) -> None:
    found = evaluated(missing="neutral", neutral=0.45)
    for text in (Page(render.to_html(found)).text, re.sub(r"\s+", " ", table(found)), render.to_json(found)):
        assert "neutral value 0.45" in text
    assert "2 neutral" in Page(render.to_html(found)).text


def test_page_asks_for_nothing_and_runs_its_own_script_alone(evaluated: Evaluated) -> None:
    html = render.to_html(evaluated())
    page = Page(html)
    assert "default-src 'none'" in html
    assert not {"link", "iframe", "object", "embed", "base", "form", "img", "style type"} & {
        tag for tag, _ in page.tags
    }
    [script] = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in html
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.findall(r"url\((?!#)", html)
    assert "@import" not in html


def test_names_in_the_plots_are_used_once_and_colours_are_the_pages(evaluated: Evaluated) -> None:
    html = render.to_html(evaluated())
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html))
    for first, second in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html):
        assert (first or second) in ids
    assert "var(--ink)" in html
    assert not re.findall("#0[1-3]0[1-3]0[1-3]|DejaVu", html)


def test_no_name_acts(evaluated: Evaluated) -> None:
    found = evaluated()
    hostile = found.videos[0].model_copy(update={"path": HOSTILE, "group": HOSTILE})
    found = found.model_copy(update={"videos": (hostile, *found.videos[1:])})
    html = render.to_html(found)
    assert "<script>alert" not in html
    assert "\u202e" not in html + table(found) + render.to_csv(found)
    row = next(csv.DictReader(io.StringIO(render.to_csv(found))))
    assert row["path"].startswith("'=cmd()")


def test_csv_has_a_row_for_each_video_and_detector(evaluated: Evaluated) -> None:
    rows = list(csv.DictReader(io.StringIO(render.to_csv(evaluated()))))
    assert [(row["path"], row["detector"]) for row in rows[:3]] == [
        ("a.mp4", "alpha"),
        ("a.mp4", "beta"),
        ("b.mp4", "alpha"),
    ]
    assert len(rows) == 10
    assert (rows[7]["status"], rows[7]["reason"], rows[7]["score"]) == ("abstained", "no_face", "")
    assert (rows[0]["score"], rows[0]["label"], rows[0]["version"]) == ("0.9", "fake", "1")


def test_table(evaluated: Evaluated) -> None:
    text = table(evaluated())
    for part in ("alpha", "collective", "0.750", "4/5", "phone", "no score: abstained (no_face) 2", "left out"):
        assert part in text


def test_files_are_replaced_together_or_not_at_all(evaluated: Evaluated, tmp_path: Path) -> None:
    found, folder = evaluated(), tmp_path / "written"
    folder.mkdir()
    outputs.write(found, folder, {})
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"evaluation.html", "evaluation.json", "scores.csv"}
    (folder / ".evaluation.html.partial").mkdir()
    with pytest.raises(UsageError, match="cannot be written to: Is a directory"):
        outputs.write(evaluated(threshold=0.1), folder, {})
    (folder / ".evaluation.html.partial").rmdir()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
