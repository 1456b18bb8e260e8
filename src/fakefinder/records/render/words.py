"""Words and numbers as a person reads them, the same in the table and on the page."""

from __future__ import annotations

from fakefinder.records.measured import Measurement
from fakefinder.records.report import REASONS, Evidence, Report, VideoRecord
from fakefinder.records.verdict import AT_CHANCE, WORDS, level_of

CANNOT_SEE: tuple[str, ...] = (
    "The published detectors were trained on face swaps made around 2020. On newer methods they miss much, "
    "and on genuine video from phones and chat apps they raise false alarms.",
    "They look at faces only. A video without a face that can be found gets no score.",
    "They do not listen: cloned voices and dubbed speech go unnoticed.",
    "They are not made for fully generated video, beauty filters and enhancers, or changes to the lips alone.",
    "They judge pictures, not context: a genuine video with a false caption is genuine to them.",
    "Their errors are correlated. Agreement of several detectors counts for less than as many independent witnesses.",
)
"""What a reader must know about any score of this kind."""

CANNOT_SEE_SHORT = (
    "The detectors know face swaps of around 2020. They do not judge sound, fully generated video, enhancers "
    "or changes to the lips alone."
)
"""The same in two lines, for beside the score."""

_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    """``text`` with control and direction characters written out, so that a hostile name cannot disguise itself.

    The joiners of Persian, Indic scripts and emoji stay as they are.
    """
    return "".join(
        letter if letter.isprintable() or letter in _JOINERS else letter.encode("unicode_escape").decode()
        for letter in text
    )


def clock(seconds: float) -> str:
    """A time in the video as ``m:ss.s``, or ``h:mm:ss.s`` from one hour on."""
    sign = "-" if seconds < 0 else ""
    tenths = round(abs(seconds) * 10)
    hours, minutes = divmod(tenths // 600, 60)
    rest = f"{tenths // 10 % 60:02d}.{tenths % 10}"
    return f"{sign}{hours}:{minutes:02d}:{rest}" if hours else f"{sign}{minutes}:{rest}"


def size(bytes_: int) -> str:
    """A number of bytes in the largest unit that keeps it above one: ``2.8 MB``."""
    value = float(bytes_)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def reading(score: float | None) -> str:
    """The band of a score in words, or an empty text where there is no score."""
    return "" if score is None else WORDS[level_of(score)]


def reading_in(report: Report, evidence: Evidence) -> str:
    """As ``reading``, of a detector's score; for one that is no better than chance, that it is so."""
    if evidence.score is not None and evidence.detector in report.verdict.at_chance:
        return AT_CHANCE
    return reading(evidence.score)


def measured(measurement: Measurement) -> str:
    """How right a detector was where it was measured, in a sentence, or two where that is no better than chance."""
    found = measurement.overall
    said = f"Measured on {found.data} ({found.real} genuine, {found.fake} fake, {found.scored} scored)"
    if found.auc is None:
        return f"{said}."
    said += f": AUC {found.auc.value:.2f}, 95 % interval {found.auc.low:.2f} to {found.auc.high:.2f}."
    return f"{said} That is {AT_CHANCE}." if found.at_chance else said


def explanation(evidence: Evidence) -> str:
    """Why there is no score, as a sentence; empty where there is one."""
    if evidence.reason is None:
        return ""
    return visible(evidence.message or REASONS.get(evidence.reason, evidence.reason))


def coverage_words(evidence: Evidence) -> str:
    """Which frames and faces were looked at: ``32 frames, 31 faces``; empty where nothing was."""
    coverage = evidence.coverage
    if coverage is None:
        return ""
    return f"{_count(coverage.frames, 'frame')}, {_count(coverage.faces, 'face')}"


def video_facts(video: VideoRecord) -> list[str]:
    """What is known of the video, a few words each; what could not be read is left out."""
    facts = []
    if video.duration_seconds is not None:
        short = video.duration_seconds < 60
        facts.append(f"{video.duration_seconds:.1f} s" if short else f"{clock(video.duration_seconds)} long")
    if video.width is not None and video.height is not None:
        facts.append(f"{video.width} × {video.height} px")
    if video.fps is not None:
        facts.append(f"{video.fps:.4g} frames/s")
    if video.frame_count is not None:
        facts.append(_count(video.frame_count, "frame"))
    if video.codec:
        facts.append(visible(video.codec))
    if video.bytes is not None:
        facts.append(size(video.bytes))
    if video.decode_failures:
        facts.append(f"{_count(video.decode_failures, 'frame')} could not be decoded")
    return facts


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
