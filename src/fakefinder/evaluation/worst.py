"""worst: the videos on which a detector errs most."""

from __future__ import annotations

from dataclasses import dataclass

from fakefinder.evaluation.result import Evaluation, VideoResult
from fakefinder.records.report import Score

SHOWN = 6
"""Misses and false alarms shown of each detector: a row of small pictures on a page."""


@dataclass(frozen=True)
class Wrong:
    """A video on the wrong side of the threshold, with the score that put it there."""

    video: VideoResult
    score: Score


@dataclass(frozen=True)
class Errors:
    """Fakes that a detector scored below the threshold, and genuine videos at it or above; the worst first."""

    detector: str
    misses: tuple[Wrong, ...]
    false_alarms: tuple[Wrong, ...]

    @property
    def shown(self) -> tuple[Wrong, ...]:
        """Those of both kinds that are worth a picture."""
        return self.misses[:SHOWN] + self.false_alarms[:SHOWN]


def errors(evaluation: Evaluation) -> tuple[Errors, ...]:
    """The errors of each detector. A video without a score is none, whatever counts for it in the figures."""
    return tuple(_errors(evaluation, number) for number in range(len(evaluation.detectors)))


def _errors(evaluation: Evaluation, number: int) -> Errors:
    """Those of the detector with this number, in the order in which all were asked."""
    misses, false_alarms = [], []
    for video in evaluation.videos:
        score = video.outcomes[number].score
        if score is None:
            continue
        called_fake = score >= evaluation.provenance.options.threshold
        if called_fake and video.label == "real":
            false_alarms.append(Wrong(video, score))
        elif not called_fake and video.label == "fake":
            misses.append(Wrong(video, score))
    return Errors(
        detector=evaluation.detectors[number].name,
        misses=tuple(sorted(misses, key=lambda wrong: wrong.score)),
        false_alarms=tuple(sorted(false_alarms, key=lambda wrong: wrong.score, reverse=True)),
    )
