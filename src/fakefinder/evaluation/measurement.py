"""measurement: an evaluation as a detector's card gives it."""

from __future__ import annotations

from collections.abc import Mapping

from fakefinder.errors import UsageError
from fakefinder.evaluation.result import Evaluation, Figure, GroupResult
from fakefinder.records.measured import MeasuredFigures, MeasuredValue, Measurement

_THRESHOLD = 0.5


def measurement(
    evaluation: Evaluation, detector: str, *, data: str, groups: Mapping[str, str] | None = None
) -> Measurement:
    """How right one detector was, over all videos and in each group.

    Args:
        evaluation: with missing scores left out and the threshold 0.5: figures of scores alone, as cards give them.
        detector: its name.
        data: what the videos are, in a few words.
        groups: the same for groups by name; those that are not in it are called by their names.

    Raises:
        UsageError: no such detector in the evaluation, or other options.
    """
    options = evaluation.provenance.options
    if options.missing != "exclude" or options.threshold != _THRESHOLD:
        raise UsageError(f"A card gives figures without neutral values, at the threshold {_THRESHOLD}.")
    for result, asked in zip(evaluation.detectors, evaluation.provenance.detectors, strict=True):
        if result.name == detector:
            named = groups or {}
            return Measurement(
                weights_sha256=asked.weights_sha256,
                overall=_figures(evaluation, result.overall, data),
                groups=tuple(_figures(evaluation, one, named.get(one.group or "", one.group)) for one in result.groups),
            )
    raise UsageError(f"The evaluation has no detector {detector!r}.")


def _figures(evaluation: Evaluation, result: GroupResult, data: str | None) -> MeasuredFigures:
    labels = [video.label for video in evaluation.videos if result.group in (None, video.group)]
    found = result.figures
    return MeasuredFigures(
        data=data or "no group",
        real=labels.count("real"),
        fake=labels.count("fake"),
        scored=result.coverage.scored,
        auc=_value(found.auc),
        log_loss=_value(found.log_loss),
        accuracy=_value(found.accuracy),
        false_alarm_rate=_value(found.false_alarm_rate),
    )


def _value(figure: Figure) -> MeasuredValue | None:
    """The figure, where it has an interval: a card gives none without."""
    if figure.value is None or figure.low is None or figure.high is None:
        return None
    return MeasuredValue(value=figure.value, low=figure.low, high=figure.high)
