"""Figures are those computed by hand and by scikit-learn; intervals are those of resamples made one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics

from fakefinder.evaluation import bootstrap, figures, measures
from fakefinder.evaluation.bootstrap import Bools, Floats


def sample(videos: int, seed: int = 0) -> tuple[Bools, Floats]:
    """Truths, and ascending scores with ties, exact 0 and exact 1."""
    rng = np.random.default_rng(seed)
    fake = rng.random(videos) < 0.6
    scores = np.clip(np.round(rng.normal(0.4 + 0.2 * fake, 0.3), 2), 0, 1)
    order = np.argsort(scores, kind="stable")
    return fake[order], scores[order]


def test_by_hand() -> None:
    found = figures([True, False, True, False], [0.9, 0.1, 0.4, 0.4])
    assert found.auc.value == 3.5 / 4, "a tie is half a pair"
    assert found.brier.value == pytest.approx((0.01 + 0.01 + 0.36 + 0.16) / 4)
    assert found.log_loss.value == pytest.approx(-np.log([0.9, 0.9, 0.4, 0.6]).mean())
    assert (found.accuracy.videos, found.accuracy.of, found.accuracy.value) == (3, 4, 0.75)
    assert (found.tpr.videos, found.tpr.of) == (1, 2)
    assert (found.tnr.videos, found.tnr.of) == (2, 2)
    assert (found.false_alarm_rate.videos, found.false_alarm_rate.value) == (0, 0.0)
    assert (found.real, found.fake) == (2, 2)


@pytest.mark.parametrize(
    ("fake", "real", "expected"),
    [
        ([0.2, 0.6, 0.8], [0.1, 0.3, 0.7], 1 / 3),  # at 0.6 one of three is missed, and one alarm is false
        ([0.5, 0.9], [0.5, 0.1], 0.25),  # half-way along the slope that the tie draws
        ([0.8, 0.9], [0.1, 0.2], 0.0),
        ([0.1, 0.2], [0.8, 0.9], 1.0),
    ],
)
def test_equal_error_rate_by_hand(fake: list[float], real: list[float], expected: float) -> None:
    found = figures([True] * len(fake) + [False] * len(real), fake + real)
    assert found.eer.value == pytest.approx(expected)


def test_calibration_by_hand() -> None:
    found = figures([False, True, False, True], [0.05, 0.15, 0.15, 1.0])
    assert found.ece.value == pytest.approx((0.05 + abs(0.3 - 1) + 0.0) / 4)
    assert [one.videos for one in found.bins] == [1, 2, 0, 0, 0, 0, 0, 0, 0, 1]
    assert (found.bins[1].mean_score, found.bins[1].share_fake) == (0.15, 0.5)
    assert (found.bins[2].mean_score, found.bins[9].to_score) == (None, 1.0)


def test_a_score_at_the_threshold_is_a_call_of_fake() -> None:
    assert figures([True], [0.7], threshold=0.7).tpr.value == 1
    assert figures([False], [0.6999], threshold=0.7).false_alarm_rate.value == 0


def test_as_scikit_learn() -> None:
    fake, scores = sample(300)
    found = figures(fake, scores)
    assert {0.0, 1.0} <= set(scores)
    assert found.auc.value == pytest.approx(metrics.roc_auc_score(fake, scores), abs=1e-12)
    assert found.log_loss.value == pytest.approx(metrics.log_loss(fake, scores), abs=1e-12)
    assert found.brier.value == pytest.approx(metrics.brier_score_loss(fake, scores), abs=1e-12)
    assert metrics.auc(found.roc.false_alarm_rate, found.roc.tpr) == pytest.approx(found.auc.value)
    shuffled = np.random.default_rng(1).permutation(300)
    assert figures(fake[shuffled], scores[shuffled]) == found, "the order of the videos is nothing"


RULES: dict[str, Callable[[Bools, Floats], float]] = {
    "auc": metrics.roc_auc_score,
    "log_loss": metrics.log_loss,
    "brier": metrics.brier_score_loss,
}


@pytest.mark.parametrize("name", RULES)
def test_resamples_are_what_scikit_learn_makes_of_repeated_videos(name: str) -> None:
    fake, scores = sample(40)
    counts = bootstrap.draw(fake, 50, np.random.default_rng(0))
    expected = [RULES[name](np.repeat(fake, n), np.repeat(scores, n)) for n in counts.astype(int)]
    assert getattr(measures, name)(counts, fake, scores) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["eer", "ece"])
def test_resamples_are_what_the_figure_is_of_repeated_videos(name: str) -> None:
    fake, scores = sample(40)
    rule = getattr(measures, name)
    counts = bootstrap.draw(fake, 50, np.random.default_rng(0))
    expected = []
    for n in counts.astype(int):
        repeated, of = np.repeat(fake, n), np.repeat(scores, n)
        expected.append(rule(np.ones((1, 40)), repeated, of)[0])
    assert rule(counts, fake, scores) == pytest.approx(expected, abs=1e-12)


def test_resamples_keep_the_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, _ = sample(50)
    counts = bootstrap.draw(fake, 100, np.random.default_rng(0))
    assert (counts[:, fake].sum(axis=1) == fake.sum()).all()
    assert (counts[:, ~fake].sum(axis=1) == (~fake).sum()).all()
    assert len(np.unique(counts, axis=0)) == 100
    seen: list[int] = []
    monkeypatch.setattr(bootstrap, "_CELLS", 50 * 700)

    def measure(counts: Floats) -> Floats:
        seen.append(len(counts))
        return counts[:, 0]

    bootstrap.intervals(fake, {"x": measure})
    assert seen == [700, 700, 600], "2,000 resamples, no more of them at once than fit"


def test_interval_is_the_percentiles_of_the_resamples() -> None:
    fake, scores = sample(60)
    found = figures(fake, scores)
    rng = np.random.default_rng(bootstrap.SEED)
    drawn = bootstrap.draw(fake, bootstrap.RESAMPLES, rng)
    low, high = np.quantile(
        [metrics.brier_score_loss(fake, scores, sample_weight=one) for one in drawn], [0.025, 0.975]
    )
    assert (found.brier.low, found.brier.high) == pytest.approx((low, high), abs=1e-12)
    assert found.auc.low is not None
    assert found.auc.value is not None
    assert found.auc.high is not None
    assert found.auc.low < found.auc.value < found.auc.high


def test_chance_is_told() -> None:
    rng = np.random.default_rng(0)
    fake = np.arange(200) % 2 == 0
    assert figures(fake, rng.random(200)).auc.includes_chance is True
    assert figures(fake, np.where(fake, 0.8, 0.2)).auc.includes_chance is False
    assert figures(fake[:9], rng.random(9)).auc.includes_chance is None, "four videos of a class are too few"
    assert figures(fake[:10], rng.random(10)).auc.includes_chance is not None


def test_share_has_a_wilson_interval() -> None:
    found = figures([False] * 9, [0.1] * 9).false_alarm_rate
    z = 1.959963984540054
    assert (found.value, found.low) == (0, 0)
    assert found.high == pytest.approx(z**2 / (9 + z**2)), "none of nine may well be one of four"


def test_one_class_alone_has_what_needs_no_other() -> None:
    found = figures([True] * 6, [0.1, 0.2, 0.6, 0.7, 0.8, 0.9])
    assert (found.tpr.videos, found.tpr.of) == (4, 6)
    assert found.log_loss.value == pytest.approx(-np.log([0.1, 0.2, 0.6, 0.7, 0.8, 0.9]).mean())
    assert found.log_loss.low is not None
    for figure in (found.auc, found.eer, found.ece, found.accuracy, found.tnr, found.false_alarm_rate):
        assert figure.value is None
    assert found.roc.tpr == ()
    assert found.auc.includes_chance is None


def test_no_videos_have_no_figures() -> None:
    found = figures([], [])
    assert (found.real, found.fake, found.auc.value, found.log_loss.value, found.tpr.value) == (0, 0, None, None, None)


@pytest.mark.parametrize(("fake", "scores"), [([True], [0.1, 0.2]), ([True], [1.2]), ([True], [float("nan")])])
def test_what_is_no_score_is_refused(fake: list[bool], scores: list[float]) -> None:
    with pytest.raises(ValueError, match="scores between 0 and 1"):
        figures(fake, scores)
