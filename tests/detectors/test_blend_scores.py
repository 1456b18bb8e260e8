"""From logits to scores, by cases worked out by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.detectors.blend.scores import sigmoid, smoothed, track_scores, video_score


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([2.0], [2.0]),
        ([2.0, -4.0], [2.0, -4.0]),
        ([0.0, 9.0, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0, 1.0]),
        ([5.0, 1.0, 2.0], [5.0, 2.0, 2.0]),
    ],
)
def test_each_logit_becomes_the_median_of_three_neighbours(logits: list[float], expected: list[float]) -> None:
    assert smoothed(logits).tolist() == expected


def test_a_track_s_score_is_that_of_the_mean_of_its_smoothed_logits() -> None:
    scores = track_scores([0.0, 9.0, 0.0, 1.0, 1.0])  # smoothed: 0, 0, 1, 1, 1
    assert scores.track == pytest.approx(1 / (1 + exp(-0.6)))
    assert scores.frames == pytest.approx([0.5, 0.5, *[1 / (1 + exp(-1.0))] * 3])


def test_one_wrong_crop_changes_nothing() -> None:
    assert track_scores([-2.0, -2.0, 50.0, -2.0, -2.0]).track == pytest.approx(1 / (1 + exp(2.0)))


def test_the_video_has_the_highest_score_of_a_face_that_lasts() -> None:
    brief, real, fake = track_scores([6.0, 6.0]), track_scores([-1.0] * 3), track_scores([1.0] * 4)
    assert video_score([brief, real, fake]) == fake.track
    assert video_score([brief, real]) == real.track, "two frames do not speak for the video"
    assert video_score([brief]) == brief.track, "unless nothing else does"


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=64))
def test_scores_are_probabilities_whatever_the_logits(logits: list[float]) -> None:
    scores = track_scores(logits)
    assert len(scores.frames) == len(logits)
    assert 0 <= scores.track <= 1
    assert ((scores.frames >= 0) & (scores.frames <= 1)).all()


def test_the_sigmoid_is_the_usual_one() -> None:
    assert sigmoid(np.array([-800.0, -1.0, 0.0, 1.0, 800.0])) == pytest.approx(
        [0.0, 1 / (1 + exp(1.0)), 0.5, 1 / (1 + exp(-1.0)), 1.0]
    )
