"""Pictures of a result as inline SVG, made by pure functions.

All are drawn in a box of 1000 units' width that the page stretches to any size; strokes keep their
thickness, and words stand outside, in the page. Nothing here knows of colour schemes: the colours
of scores can be read on white and on near-black.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from fakefinder.records.report import Coverage, FrameScore
from fakefinder.records.verdict import LIKELY_FAKE_FROM, LIKELY_REAL_TO

_WIDTH = 1000
_HEIGHT = 100
_STEPS = 20

_REAL = (0x2F, 0x74, 0xD0)
_MIDDLE = (0x8A, 0x8F, 0x98)
_FAKE = (0xD0, 0x3B, 0x35)


def colour(score: float) -> str:
    """The colour of a score as ``#rrggbb``: blue at 0, grey at 0.5, red at 1."""
    start, end, part = (_REAL, _MIDDLE, score * 2) if score < 0.5 else (_MIDDLE, _FAKE, score * 2 - 1)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in zip(start, end, strict=True))


def score_over_time(frames: Sequence[FrameScore], *, from_seconds: float, to_seconds: float) -> Markup:
    """SVG of the scores of one face: 0 at the bottom, 1 at the top, a dot for each frame; the bands are drawn in.

    Frames without a score are left out. Where nothing is left, only the bands remain.
    """
    points = [
        (_across(frame.time_seconds, from_seconds, to_seconds), frame.score)
        for frame in sorted(frames, key=lambda frame: frame.time_seconds)
        if frame.score is not None
    ]
    bands = "".join(
        f'<path class="rule" d="M0 {_up(edge):.1f}H{_WIDTH}"/>' for edge in (LIKELY_REAL_TO, LIKELY_FAKE_FROM)
    )
    line = "L".join(f"{x:.1f} {_up(score):.1f}" for x, score in points)
    drawn = f'<path class="line" d="M{line}"/>' if len(points) > 1 else ""
    return _svg("chart", _label(points), bands + drawn + _dots(points))


def coverage_bar(coverage: Coverage, duration_seconds: float) -> Markup:
    """SVG of the stretch of the video that a result speaks of, on a bar as long as the video."""
    start, end = (_across(t, 0.0, duration_seconds) for t in (coverage.from_seconds, coverage.to_seconds))
    label = f"From {coverage.from_seconds:.1f} s to {coverage.to_seconds:.1f} s of {duration_seconds:.1f} s"
    middle = _HEIGHT / 2
    bar = f'<path class="whole" d="M0 {middle}H{_WIDTH}"/><path class="seen" d="M{start:.1f} {middle}H{end:.1f}"/>'
    return _svg("bar", label, bar)


def _dots(points: Sequence[tuple[float, float]]) -> str:
    """One path for each step of colour, so that thousands of dots stay a small page."""
    steps = groupby(sorted(points, key=lambda point: point[1]), key=lambda point: round(point[1] * _STEPS) / _STEPS)
    drawn = {step: "".join(f"M{x:.1f} {_up(score):.1f}h0" for x, score in some) for step, some in steps}
    return "".join(f'<path class="dot" stroke="{colour(step)}" d="{path}"/>' for step, path in drawn.items())


def _label(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return "No frame of this face has a score of its own"
    scores = [score for _, score in points]
    return f"Scores of {len(points)} frames, from {min(scores):.2f} to {max(scores):.2f}"


def _across(time_seconds: float, start: float, end: float) -> float:
    """Where a time lies between ``start`` and ``end``, in units; in the middle if they are one moment."""
    if end <= start:
        return _WIDTH / 2
    return _WIDTH * min(max((time_seconds - start) / (end - start), 0.0), 1.0)


def _up(score: float) -> float:
    return _HEIGHT * (1 - score)


def _svg(kind: str, label: str, content: str) -> Markup:
    """``content`` is made of numbers and constants only; ``label`` is escaped."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(kind, _WIDTH, _HEIGHT, label, Markup(content))  # noqa: S704 - no text of others is in it
