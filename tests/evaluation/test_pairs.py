"""Likeness of two detectors, computed by hand."""

from __future__ import annotations

import pytest

from fakefinder.evaluation.pairs import pair


def test_agreement_by_hand() -> None:
    found = pair("a", "b", [(0.9, 0.8), (0.6, 0.5), (0.5, 0.2), (0.3, 0.1), (0.1, 0.6), (0.2, 0.3)])
    assert (found.both_fake, found.both_real, found.only_first_fake, found.only_second_fake) == (2, 2, 1, 1)
    expected_by_chance = 0.5 * 0.5 + 0.5 * 0.5
    assert found.kappa == pytest.approx((4 / 6 - expected_by_chance) / (1 - expected_by_chance))
    assert found.videos == 6


def test_correlation_by_hand() -> None:
    found = pair("a", "b", [(0.1, 0.1), (0.2, 0.4), (0.3, 0.9)])
    assert found.spearman == pytest.approx(1.0), "the order is the same"
    # deviations -0.1, 0, 0.1 and those of 0.1, 0.4, 0.9 from their mean
    assert found.pearson == pytest.approx(0.08 / (0.02 * (0.98 - 1.4**2 / 3)) ** 0.5)


def test_what_cannot_be_computed_is_null() -> None:
    assert pair("a", "b", []).videos == 0
    assert pair("a", "b", []).kappa is None
    two = pair("a", "b", [(0.1, 0.9), (0.8, 0.2)])
    assert (two.pearson, two.spearman, two.kappa) == (None, None, -1.0)
    always = pair("a", "b", [(0.7, 0.9), (0.7, 0.6), (0.7, 0.8)])
    assert (always.pearson, always.kappa, always.both_fake) == (None, None, 3)
