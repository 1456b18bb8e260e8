"""The verdict: one worded reading of all evidence together, in one replaceable function."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fakefinder.records.report import Evidence, Level, Verdict

METHOD = "mean_v2"
"""Name of the rule in the report; another rule, or other bands, get another name."""

LIKELY_FAKE_FROM = 0.7
"""Mean score from which a video is read as likely fake: the lower edge of the second of the bands 0.5 / 0.7 / 0.9
which verification desks know from InVID-WeVerify. A convention, not a measured error rate."""

LIKELY_REAL_TO = 0.3
"""Mean score up to which a video is read as likely real: the mirror image of ``LIKELY_FAKE_FROM``."""

WORDS: dict[Level, str] = {
    "likely_fake": "likely fake",
    "uncertain": "uncertain",
    "likely_real": "likely real",
    "undetermined": "undetermined",
}
"""Each level as a person reads it."""

_MEANING: dict[Level, str] = {
    "likely_fake": "That is a reason to look closer, not proof of manipulation.",
    "uncertain": "That supports neither reading.",
    "likely_real": "That does not show that the video is authentic: much manipulation is invisible to these detectors.",
}

AT_CHANCE = "no better than chance"
"""What is said of a score that tells nothing, in place of a reading."""

_DISAGREEMENT = 0.5
"""Distance between the highest and the lowest score from which the sentence speaks of disagreement."""


def level_of(score: float) -> Level:
    """The band of one score: ``likely_fake``, ``uncertain`` or ``likely_real``."""
    if score >= LIKELY_FAKE_FROM:
        return "likely_fake"
    return "likely_real" if score <= LIKELY_REAL_TO else "uncertain"


def reach_verdict(evidence: Sequence[Evidence], *, at_chance: Collection[str] = ()) -> Verdict:
    """The verdict on one video: the mean of the detectors that gave a score, in words.

    Abstentions and failures do not enter the mean; without any score the level is ``undetermined``. It is
    ``uncertain`` where all detectors that gave one are in ``at_chance``: the names of those that were no better
    than chance where they were measured.
    """
    scores = [one.score for one in evidence if one.score is not None]
    mean = sum(scores) / len(scores) if scores else None
    void = tuple(one.detector for one in evidence if one.score is not None and one.detector in at_chance)
    level: Level = "undetermined" if mean is None else level_of(mean)
    if scores and len(void) == len(scores):
        level = "uncertain"
    return Verdict(
        level=level,
        score=mean,
        method=METHOD,
        detectors_scored=len(scores),
        detectors_asked=len(evidence),
        sentence=_sentence(level, scores, void, len(evidence)),
        at_chance=void,
    )


def _sentence(level: Level, scores: Sequence[float], void: Sequence[str], asked: int) -> str:
    """What a person is told: how many scored, what that means, and what it does not."""
    if not scores:
        asked_words = "No detector was asked" if asked == 0 else f"None of {_detectors(asked)} gave a score"
        return f"{asked_words}, so nothing is known about this video. That is not a sign that it is real or fake."
    said = f"{len(scores)} of {_detectors(asked)} gave a score"
    mean = sum(scores) / len(scores)
    value = f"their mean is {mean:.2f}" if len(scores) > 1 else f"it is {mean:.2f}"
    parts = [f"{said}; {value}, read as {WORDS[level]}."]
    if void:
        parts.append(_void_sentence(void, alone=len(void) == len(scores)))
    if max(scores) - min(scores) >= _DISAGREEMENT:
        parts.append(f"The detectors disagree: their scores run from {min(scores):.2f} to {max(scores):.2f}.")
    return " ".join([*parts, _MEANING[level]])


def _void_sentence(void: Sequence[str], *, alone: bool) -> str:
    """That some detectors' scores tell nothing; where these are ``alone``, that nothing follows."""
    was, counts = ("was", "counts") if len(void) == 1 else ("were", "count")
    said = f"{' and '.join(void)} {was} {AT_CHANCE} on the videos used to measure it"
    return f"{said}: nothing follows from the score." if alone else f"{said}, and yet {counts} in the mean."


def _detectors(number: int) -> str:
    return "1 detector" if number == 1 else f"{number} detectors"
