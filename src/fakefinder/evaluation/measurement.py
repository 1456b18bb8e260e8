"""measurement: an evaluation as a detector's card gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from fakefinder.errors import UsageError
from fakefinder.evaluation.assess import overall_result
from fakefinder.evaluation.result import Bin, Evaluation, Figure, GroupResult, VideoResult
from fakefinder.records.measured import MeasuredFigures, MeasuredValue, Measurement, ReliabilityBin

_THRESHOLD = 0.5


def measurement(
    evaluation: Evaluation,
    detector: str,
    *,
    data: str,
    parts: Mapping[str, Callable[[VideoResult], bool]] | None = None,
) -> Measurement:
    """How right one detector was, over all videos and on parts of them.

    Args:
        evaluation: with missing scores left out and the threshold 0.5: figures of scores alone, as cards give them.
        detector: its name.
        data: what the videos are, in a few words.
        parts: the same for each part to which videos belong that it is true of; None takes the manifest's groups.

    Raises:
        UsageError: no such detector in the evaluation, or other options.
    """
    options = evaluation.provenance.options
    if options.missing != "exclude" or options.threshold != _THRESHOLD:
        raise UsageError(f"A card gives figures without neutral values, at the threshold {_THRESHOLD}.")
    asked = {one.detector: one for one in evaluation.provenance.detectors}
    if detector not in asked:
        raise UsageError(f"The evaluation has no detector {detector!r}.")
    if parts is None:
        groups = sorted({video.group for video in evaluation.videos})
        parts = {group or "no group": partial(_in_group, group) for group in groups} if len(groups) > 1 else {}
    chosen = {name: [video for video in evaluation.videos if belongs(video)] for name, belongs in parts.items()}
    everything = overall_result(detector, evaluation.videos, options)
    return Measurement(
        weights_sha256=asked[detector].weights_sha256,
        overall=_figures(everything, evaluation.videos, data),
        reliability=tuple(map(_bin, filter(lambda found: found.videos, everything.figures.bins))),
        groups=tuple(
            _figures(overall_result(detector, videos, options), videos, name) for name, videos in chosen.items()
        ),
    )


def _in_group(group: str, video: VideoResult) -> bool:
    return video.group == group


def _figures(result: GroupResult, videos: Sequence[VideoResult], data: str) -> MeasuredFigures:
    labels = [video.label for video in videos]
    found = result.figures
    return MeasuredFigures(
        data=data,
        real=labels.count("real"),
        fake=labels.count("fake"),
        scored=result.coverage.scored,
        auc=_value(found.auc),
        log_loss=_value(found.log_loss),
        accuracy=_value(found.accuracy),
        detected=_value(found.tpr),
        false_alarm_rate=_value(found.false_alarm_rate),
    )


def _bin(found: Bin) -> ReliabilityBin:
    return ReliabilityBin.model_validate(found.model_dump())


def _value(figure: Figure) -> MeasuredValue | None:
    """The figure, where it has an interval: a card gives none without."""
    if figure.value is None or figure.low is None or figure.high is None:
        return None
    return MeasuredValue(value=figure.value, low=figure.low, high=figure.high)
