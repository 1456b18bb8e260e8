"""assess: from evidence on labelled videos to figures, by detector and by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import combinations

from fakefinder.evaluation.collect import LabelledVideo
from fakefinder.evaluation.figures import figures
from fakefinder.evaluation.pairs import pair
from fakefinder.evaluation.result import (
    COLLECTIVE,
    NOT_SCANNED,
    DetectorResult,
    GroupResult,
    Options,
    Outcome,
    Pair,
    Reason,
    ScoreCoverage,
    VideoResult,
)
from fakefinder.records.verdict import reach_verdict

_NO_DETECTOR_SCORED = "no_detector_scored"

OutcomeOf = Callable[[VideoResult], Outcome]


def video_results(videos: Iterable[LabelledVideo], detectors: Sequence[str]) -> tuple[VideoResult, ...]:
    """The outcomes of all detectors on all videos, and the mean of the scores as the verdict takes it."""
    return tuple(_video_result(video, detectors) for video in videos)


def detector_result(name: str, videos: Sequence[VideoResult], options: Options) -> DetectorResult:
    """Coverage and figures of one detector, over all videos and for each group."""
    return _result(name, videos, partial(_outcome_of, name), options)


def overall_result(name: str, videos: Sequence[VideoResult], options: Options) -> GroupResult:
    """Coverage and figures of one detector over all these videos."""
    return _group_result(None, videos, partial(_outcome_of, name), options)


def collective_result(videos: Sequence[VideoResult], options: Options) -> DetectorResult:
    """The same of the mean of the detectors; it has no score where none of them has one."""
    return _result(COLLECTIVE, videos, _collective_outcome, options)


def pairs(detectors: Sequence[str], videos: Sequence[VideoResult], options: Options) -> tuple[Pair, ...]:
    """How alike any two detectors are; neutral values do not enter."""
    scores = [{one.detector: one.score for one in video.outcomes if one.score is not None} for video in videos]
    return tuple(
        pair(a, b, [(one[a], one[b]) for one in scores if a in one and b in one], threshold=options.threshold)
        for a, b in combinations(detectors, 2)
    )


def _outcome_of(name: str, video: VideoResult) -> Outcome:
    return next(one for one in video.outcomes if one.detector == name)


def _video_result(video: LabelledVideo, detectors: Sequence[str]) -> VideoResult:
    row = video.row
    evidence = [video.evidence[name] for name in detectors if name in video.evidence]
    return VideoResult(
        path=row.path,
        also=tuple(copy.path for copy in video.copies),
        label=row.label,
        group=row.group,
        split=row.split,
        sha256=video.sha256,
        outcomes=tuple(_outcome(video, name) for name in detectors),
        collective=reach_verdict(evidence).score,
    )


def _outcome(video: LabelledVideo, name: str) -> Outcome:
    evidence = video.evidence.get(name)
    if evidence is None:
        return Outcome(detector=name, status="not_scanned", reason=NOT_SCANNED)
    fields = evidence.model_dump(include=set(Outcome.model_fields))
    return Outcome.model_validate(fields)


def _collective_outcome(video: VideoResult) -> Outcome:
    if video.collective is not None:
        return Outcome(detector=COLLECTIVE, status="scored", score=video.collective)
    statuses = {one.status for one in video.outcomes}
    if NOT_SCANNED in statuses:
        return Outcome(detector=COLLECTIVE, status="not_scanned", reason=NOT_SCANNED)
    status = "failed" if "failed" in statuses else "abstained"
    return Outcome(detector=COLLECTIVE, status=status, reason=_NO_DETECTOR_SCORED)


def _result(name: str, videos: Sequence[VideoResult], outcome_of: OutcomeOf, options: Options) -> DetectorResult:
    groups = sorted({video.group for video in videos})
    by_group = {group: [video for video in videos if video.group == group] for group in groups}
    return DetectorResult(
        name=name,
        overall=_group_result(None, videos, outcome_of, options),
        groups=tuple(_group_result(group, some, outcome_of, options) for group, some in by_group.items())
        if len(groups) > 1
        else (),
    )


def _group_result(
    group: str | None, videos: Sequence[VideoResult], outcome_of: OutcomeOf, options: Options
) -> GroupResult:
    outcomes = [outcome_of(video) for video in videos]
    counted = [(video.label == "fake", _value(one, options)) for video, one in zip(videos, outcomes, strict=True)]
    known = [(fake, value) for fake, value in counted if value is not None]
    return GroupResult(
        group=group,
        coverage=_coverage(outcomes),
        figures=figures(
            [fake for fake, _ in known],
            [value for _, value in known],
            threshold=options.threshold,
            filled=len(known) - sum(one.score is not None for one in outcomes),
        ),
    )


def _value(outcome: Outcome, options: Options) -> float | None:
    """What counts: the score; without one the neutral value, if that is the policy and the detector was asked."""
    if outcome.score is None and options.missing == "neutral" and outcome.status != NOT_SCANNED:
        return options.neutral
    return outcome.score


def _coverage(outcomes: Sequence[Outcome]) -> ScoreCoverage:
    statuses = Counter(one.status for one in outcomes)
    reasons = Counter((one.status, one.reason) for one in outcomes if one.status != "scored")
    return ScoreCoverage(
        asked=len(outcomes),
        scored=statuses["scored"],
        abstained=statuses["abstained"],
        failed=statuses["failed"],
        not_scanned=statuses["not_scanned"],
        reasons=tuple(
            Reason.model_validate({"status": status, "reason": reason, "videos": videos})
            for (status, reason), videos in reasons.most_common()
        ),
    )
