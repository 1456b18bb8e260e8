"""Figures and what goes with them as a person reads them, the same in the table and on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fakefinder.evaluation.bootstrap import FEWEST
from fakefinder.evaluation.result import Auc, DetectorResult, Evaluation, Figure, GroupResult, ScoreCoverage, Share
from fakefinder.records.render.words import visible

NOTHING = "–"
NO_GROUP = "no group"


def value(figure: Figure | None) -> str:
    """A figure: ``0.71`` or, for a share, ``12 of 20``; a dash where it cannot be computed."""
    if figure is None or figure.value is None:
        return NOTHING
    return f"{figure.videos} of {figure.of}" if isinstance(figure, Share) else f"{figure.value:.3f}"


def ends(figure: Figure | None) -> str:
    """Its interval: ``0.52 to 0.88``; empty where none can be given."""
    if figure is None or figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.2f} to {figure.high:.2f}"


def chance(auc: Auc) -> str:
    """How an AUC stands to chance, as far as the interval tells."""
    if auc.value is None:
        return "needs real and fake videos"
    if auc.low is None or auc.high is None:
        return f"fewer than {FEWEST} videos of a class: no interval"
    if auc.includes_chance:
        return "no better than chance on this material"
    return "better than chance" if auc.low > 0.5 else "worse than chance"


def videos(number: int) -> str:
    """A number of videos."""
    return f"{number:,} video" if number == 1 else f"{number:,} videos"


def heading(evaluation: Evaluation) -> str:
    """What was evaluated: the manifest, what was chosen of it, and how many videos that is."""
    origin = evaluation.provenance
    chosen = [f"{name} {choice}" for name, choice in (("split", origin.split), ("group", origin.group)) if choice]
    fake = sum(video.label == "fake" for video in evaluation.videos)
    counted = f"{videos(len(evaluation.videos))}, {len(evaluation.videos) - fake} real and {fake} fake"
    return visible(f"{', '.join([origin.manifest, *chosen])}: {counted}")


def counting(evaluation: Evaluation) -> Iterator[str]:
    """How missing scores and equal files count."""
    yield evaluation.missing
    if evaluation.copies:
        yield evaluation.copies


def group_name(result: GroupResult) -> str:
    """The name of a group; videos without one have one too."""
    return visible(result.group or NO_GROUP)


def results(evaluation: Evaluation) -> Sequence[DetectorResult]:
    """The detectors, and the collective after them."""
    return [*evaluation.detectors, *([evaluation.collective] if evaluation.collective else [])]


def scored(coverage: ScoreCoverage) -> str:
    """How many videos have a score."""
    return f"{coverage.scored} of {coverage.asked}"


def why_not(coverage: ScoreCoverage) -> str:
    """Why videos have no score, with numbers; empty where all have one."""
    return ", ".join(
        f"{one.status} ({visible(one.reason)}) {one.videos}"
        if one.status != one.reason
        else f"not scanned {one.videos}"
        for one in coverage.reasons
    )


def _one_sided(evaluation: Evaluation) -> list[str]:
    """The groups with one class alone, where there are several groups."""
    labels: dict[str, set[str]] = {}
    for video in evaluation.videos:
        labels.setdefault(video.group, set()).add(video.label)
    several = len(labels) > 1
    return [visible(group or NO_GROUP) for group, found in sorted(labels.items()) if several and len(found) == 1]


def notes(evaluation: Evaluation) -> Iterator[str]:
    """What a reader must know to read the figures."""
    origin = evaluation.provenance
    yield (
        f"A score of {origin.options.threshold:g} or more counts as a call of fake. Detected is the share of fakes "
        "that are called fake, false alarms the share of genuine videos that are."
    )
    yield (
        f"Ranges are {origin.confidence:.0%} intervals: Wilson's for shares of videos, for the rest percentiles of "
        f"{origin.resamples:,} bootstrap resamples with real and fake drawn apart. They tell what other videos of the "
        "same kind might have given, not what other kinds would. From fewer than "
        f"{FEWEST} videos of a class no bootstrap interval is given."
    )
    if one_sided := _one_sided(evaluation):
        yield (
            f"These groups hold real or fake videos alone: {', '.join(one_sided)}. Figures over all videos then also "
            "tell how well groups are told apart, which is not the same as telling fakes."
        )
    yield (
        "Accuracy, log loss, Brier score and calibration depend on how many of the videos are fake; "
        "0.5 for every video gives a log loss of 0.693 and a Brier score of 0.25."
    )
    if evaluation.collective:
        yield "The collective is the mean of the scores of a video, as the verdict of a report takes it."
