"""The verdict is the mean of those that scored, in words, and never invents anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.records.report import Evidence, Level
from fakefinder.records.verdict import METHOD, level_of, reach_verdict


def scored(score: float) -> Evidence:
    return Evidence(detector="alpha", version="1", recipe="faithful", status="scored", score=score)


ABSTAINED = Evidence(detector="beta", version="1", recipe="faithful", status="abstained", reason="no_face")
FAILED = Evidence(detector="gamma", version="1", recipe="faithful", status="failed", reason="crashed")


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (0.0, "likely_real"),
        (0.3, "likely_real"),
        (0.301, "uncertain"),
        (0.5, "uncertain"),
        (0.699, "uncertain"),
        (0.7, "likely_fake"),
        (1.0, "likely_fake"),
    ],
)
def test_bands(score: float, level: Level) -> None:
    assert level_of(score) == level
    assert reach_verdict([scored(score)]).level == level


def test_abstentions_and_failures_stay_out_of_the_mean() -> None:
    verdict = reach_verdict([scored(0.9), ABSTAINED, scored(0.8), FAILED])
    assert verdict.score == pytest.approx(0.85)
    assert (verdict.detectors_scored, verdict.detectors_asked, verdict.method) == (2, 4, METHOD)
    assert verdict.sentence.startswith("2 of 4 detectors gave a score; their mean is 0.85, read as likely fake.")


@pytest.mark.parametrize("evidence", [[], [ABSTAINED], [ABSTAINED, FAILED]])
def test_undetermined_without_any_score(evidence: list[Evidence]) -> None:
    verdict = reach_verdict(evidence)
    assert (verdict.level, verdict.score) == ("undetermined", None)
    assert "nothing is known" in verdict.sentence


def test_disagreement_is_said() -> None:
    assert "disagree" in reach_verdict([scored(0.1), scored(0.9)]).sentence
    assert "disagree" not in reach_verdict([scored(0.5), scored(0.9)]).sentence


def test_a_low_mean_is_not_sold_as_proof_of_authenticity() -> None:
    assert "does not show that the video is authentic" in reach_verdict([scored(0.01)]).sentence


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_mean_lies_among_the_scores(scores: list[float]) -> None:
    verdict = reach_verdict([scored(score) for score in scores])
    assert verdict.score is not None
    assert min(scores) - 1e-9 <= verdict.score <= max(scores) + 1e-9
