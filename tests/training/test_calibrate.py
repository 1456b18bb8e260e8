"""Platt scaling: where the answer can be told by hand, and with few videos that are told apart perfectly."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from fakefinder.training.calibrate import platt


def test_two_values_of_the_logit_get_the_odds_of_their_targets() -> None:
    """By hand: real at -1 and fake at 3, two of each: targets 1/4 and 3/4, odds of 1/3 and 3.

    The line through (-1, -log 3) and (3, log 3) has the slope log(3) / 2 and the intercept -log(3) / 2.
    """
    found = platt(np.array([-1.0, -1.0, 3.0, 3.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert found == pytest.approx((log(3) / 2, -log(3) / 2), abs=1e-6)


def test_a_logit_that_says_nothing_gets_even_odds_or_nearly() -> None:
    """By hand: 1 real (target 1/3) and 3 fakes (targets 4/5) at one logit; both labels weigh half: (1/3 + 4/5) / 2 is
    17/30, odds 17/13. Three times as many fakes alone would have given odds of 3.
    """
    found = platt(np.array([-1.0, 1.0, -1.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, 1.0, 0.0, 1.0]))
    assert found == pytest.approx((0.0, 0.0), abs=1e-6)
    lopsided = platt(np.array([0.0, 0.0, 0.0, 0.0]), np.array([0.0, 1.0, 1.0, 1.0]))
    assert lopsided.intercept == pytest.approx(log(17 / 13), abs=1e-6)


def test_perfectly_separated_videos_give_a_finite_slope() -> None:
    logits = np.array([-30.0, -28.0, -29.0, 25.0, 31.0])
    found = platt(logits, np.array([0.0, 0.0, 0.0, 1.0, 1.0]))
    assert 0 < found.slope < 0.2
    assert np.abs(found.slope * logits + found.intercept).max() < 2


def test_calibrating_scaled_logits_scales_the_slope_back() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60).astype(float)
    logits = labels * 2 - 1 + rng.normal(0, 2, 60)
    plain, scaled = platt(logits, labels), platt(logits * 40 + 7, labels)
    assert scaled.slope * 40 == pytest.approx(plain.slope, rel=1e-4)
    assert scaled.intercept + 7 * scaled.slope == pytest.approx(plain.intercept, abs=1e-4)


def test_one_label_alone_cannot_calibrate() -> None:
    with pytest.raises(ValueError, match="real and fake"):
        platt(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
