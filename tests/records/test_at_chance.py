"""A detector that was no better than chance where it was measured decides nothing; every form of a report says so."""

from __future__ import annotations

import csv
import io
import json
from io import StringIO

import pytest
from rich.console import Console

from fakefinder.records.card import DetectorCard
from fakefinder.records.measured import MeasuredFigures, MeasuredValue, Measurement
from fakefinder.records.render import to_csv, to_html, to_json, to_markdown, to_table
from fakefinder.records.report import Evidence, Level, Report, VideoRecord
from fakefinder.records.verdict import reach_verdict
from tests.records.conftest import MakeReport

SENTENCE = "weak was no better than chance on the videos used to measure it: nothing follows from the score."
SHA256 = {"net": "ab" * 32}


def scored(detector: str, score: float) -> Evidence:
    return Evidence(detector=detector, version="1", recipe="faithful", status="scored", score=score)


ABSTAINED = Evidence(detector="other", version="1", recipe="faithful", status="abstained", reason="no_face")


def measured(low: float, high: float = 0.9) -> Measurement:
    auc = MeasuredValue(value=(low + high) / 2, low=low, high=high)
    overall = MeasuredFigures(data="40 clips", real=18, fake=22, scored=38, auc=auc)
    return Measurement(weights_sha256=SHA256, overall=overall)


def card(measurement: Measurement | None) -> DetectorCard:
    return DetectorCard(
        name="weak", version="1", title="t", summary="s", coverage="c", caveats=("Blind.",), measured=measurement
    )


@pytest.mark.parametrize("score", [0.0, 0.3, 0.5, 0.7, 1.0])
def test_alone_it_makes_a_verdict_uncertain_at_most(score: float) -> None:
    verdict = reach_verdict([scored("weak", score), ABSTAINED], at_chance={"weak"})
    assert (verdict.level, verdict.score, verdict.at_chance) == ("uncertain", score, ("weak",))
    assert SENTENCE in verdict.sentence
    assert "likely" not in verdict.sentence


def test_several_of_them_are_no_better() -> None:
    verdict = reach_verdict([scored("weak", 0.9), scored("poor", 1.0)], at_chance={"weak", "poor"})
    assert (verdict.level, verdict.at_chance) == ("uncertain", ("weak", "poor"))
    assert "weak and poor were no better than chance" in verdict.sentence


@pytest.mark.parametrize(("other", "level"), [(0.9, "likely_fake"), (0.1, "uncertain")])
def test_beside_another_detector_the_mean_decides_and_it_is_named(other: float, level: Level) -> None:
    verdict = reach_verdict([scored("weak", 0.8), scored("strong", other)], at_chance={"weak"})
    assert (verdict.level, verdict.at_chance) == (level, ("weak",))
    assert "weak was no better than chance on the videos used to measure it, and yet counts" in verdict.sentence


def test_one_that_did_not_score_is_not_named() -> None:
    assert reach_verdict([scored("strong", 0.9), ABSTAINED], at_chance={"other"}).at_chance == ()
    verdict = reach_verdict([ABSTAINED], at_chance={"other"})
    assert (verdict.level, verdict.at_chance) == ("undetermined", ())


@pytest.mark.parametrize(
    ("measurement", "weights", "expected"),
    [
        (None, SHA256, False),
        (measured(0.51), SHA256, False),
        (measured(0.5), SHA256, True),
        (measured(0.3, 0.7), SHA256, True),
        (measured(0.2, 0.4), SHA256, True),
        (measured(0.3, 0.7), {"net": "cd" * 32}, False),
        (measured(0.3, 0.7), {}, False),
    ],
)
def test_the_interval_of_the_auc_decides_for_the_weights_that_were_measured(
    measurement: Measurement | None, weights: dict[str, str], expected: bool
) -> None:
    assert card(measurement).at_chance_with(weights) is expected


def test_without_an_auc_nothing_is_said_of_chance() -> None:
    overall = MeasuredFigures(data="reals", real=10, fake=0, scored=10)
    assert not card(Measurement(weights_sha256=SHA256, overall=overall)).at_chance_with(SHA256)


@pytest.fixture
def report(make_report: MakeReport) -> Report:
    evidence = (scored("weak", 0.93), ABSTAINED)
    made = make_report(VideoRecord(name="talk.mp4"), *evidence)
    return made.model_copy(update={"verdict": reach_verdict(evidence, at_chance={"weak"})})


def printed(*reports: Report) -> str:
    out = StringIO()
    Console(file=out, width=400, force_terminal=False).print(to_table(reports))
    return out.getvalue()


def test_the_table_says_it(report: Report) -> None:
    text = printed(report)
    assert SENTENCE in text
    assert "no better than chance   " in text, "in place of the reading"
    assert "likely fake" not in text
    several = printed(report, report)
    assert several.count("weak: no better than chance; where it alone scored, nothing follows.") == 1
    assert "likely fake" not in several


def test_the_page_says_it(report: Report) -> None:
    html = to_html([report], {"weak": card(measured(0.4, 0.6))})
    assert SENTENCE in html
    assert '<div class="reading">no better than chance</div>' in html
    assert "AUC 0.50, 95 % interval 0.40 to 0.60. That is no better than chance." in html


def test_json_and_csv_say_it(report: Report) -> None:
    verdict = json.loads(to_json([report]))["verdict"]
    assert (verdict["level"], verdict["at_chance"]) == ("uncertain", ["weak"])
    rows = list(csv.DictReader(io.StringIO(to_csv([report]))))
    assert [row["verdict_level"] for row in rows] == ["uncertain", "uncertain"]
    assert all(SENTENCE in row["verdict_sentence"] for row in rows)


def test_the_card_shows_all_figures_with_their_intervals() -> None:
    loss = MeasuredValue(value=0.6931, low=0.6, high=0.75)
    group = MeasuredFigures(data="crops", real=3, fake=4, scored=6, log_loss=loss)
    text = to_markdown(card(measured(0.6, 0.8).model_copy(update={"groups": (group,)})))
    assert "Measured on 40 clips (18 genuine, 22 fake, 38 scored): AUC 0.70, 95 % interval 0.60 to 0.80." in text
    assert "| 40 clips | 18 | 22 | 38 | 0.70 (0.60 to 0.80) | - | - | - |" in text
    assert "| crops | 3 | 4 | 6 | - | 0.69 (0.60 to 0.75) | - | - |" in text
    assert "chance" not in text
    weak = to_markdown(card(measured(0.4, 0.6)))
    assert "| 40 clips (no better than chance) |" in weak
    assert "That is no better than chance." in weak
    assert "Measured" not in to_markdown(card(None))
