"""What an evaluation becomes on a card."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fakefinder.errors import UsageError
from fakefinder.evaluation import Evaluation, measurement

Evaluated = Callable[..., Evaluation]


def test_measurement(evaluated: Evaluated) -> None:
    evaluation = evaluated()
    found = measurement(evaluation, "alpha", data="five files")
    assert (found.overall.data, found.overall.real, found.overall.fake, found.overall.scored) == ("five files", 3, 2, 4)
    assert [(one.data, one.real, one.fake, one.scored) for one in found.groups] == [
        ("phone", 2, 0, 1),
        ("swap", 1, 2, 3),
    ]
    assert found.overall.auc is None, "two videos of a class have no interval"
    assert found.overall.accuracy is not None
    assert found.overall.accuracy.value == 0.5
    assert sum(one.videos for one in found.reliability) == found.overall.scored
    assert all(one.from_score <= one.mean_score <= one.to_score for one in found.reliability)
    assert found.weights_sha256 == evaluation.provenance.detectors[0].weights_sha256


def test_parts_may_overlap(evaluated: Evaluated) -> None:
    parts = {"fakes": lambda video: video.label == "fake", "phones": lambda video: video.group == "phone"}
    found = measurement(evaluated(), "alpha", data="five files", parts=parts)
    assert [(one.data, one.real, one.fake) for one in found.groups] == [("fakes", 0, 2), ("phones", 2, 0)]
    assert found.groups[0].false_alarm_rate is None
    assert found.groups[1].detected is None


@pytest.mark.parametrize("options", [{"missing": "neutral"}, {"threshold": 0.4}])
def test_other_figures_do_not_go_on_a_card(evaluated: Evaluated, options: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="A card gives figures"):
        measurement(evaluated(**options), "alpha", data="x")
    with pytest.raises(UsageError, match="no detector 'gamma'"):
        measurement(evaluated(), "gamma", data="x")
