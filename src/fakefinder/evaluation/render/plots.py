"""Plots of an evaluation as inline SVG, made by pure functions with matplotlib.

Lines and words take the page's colours, light or dark; detectors have colours that can be read on both.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from fakefinder.evaluation.render.words import videos
from fakefinder.evaluation.result import COLLECTIVE, Bin, DetectorResult
from fakefinder.records.render.words import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAGE_COLOURS = {"#010101": "var(--ink)", "#020202": "var(--soft)", "#030303": "var(--rule)"}
"""Stand-ins, no detector's colours, and what they become on the page."""
_INK, _SOFT, _RULE = _PAGE_COLOURS

_COLOURS = ("#d55e00", "#0072b2", "#009e73", "#b0578f", "#a07800", "#2f9fd8", "#7a6bd0", "#7f7f7f")
"""Okabe and Ito's colours for colour-blind readers, their light ones darkened; then two more."""


def roc(results: Sequence[DetectorResult]) -> Markup:
    """The ROC curves of all detectors that have one, with the line of chance."""
    figure, axes = _square(4.6)
    _label(axes, "False alarms: share of the genuine videos called fake", "Detected: share of the fakes called fake")
    axes.plot((0, 1), (0, 1), color=_SOFT, linewidth=1, linestyle=(0, (4, 3)))
    for number, result in enumerate(results):
        found = result.overall.figures
        if found.auc.value is not None:
            axes.plot(
                found.roc.false_alarm_rate,
                found.roc.tpr,
                color=_colour(result, number),
                linewidth=1.8,
                clip_on=False,
            )
    return _svg(figure, "roc", "ROC curves of the detectors, and the line of chance")


def reliability(result: DetectorResult, number: int) -> Markup:
    """The share of fakes among videos with about the same score; the dots are as large as the bins are full."""
    figure, axes = _square(2.9)
    _label(axes, "Mean score", "Share of fakes")
    axes.plot((0, 1), (0, 1), color=_SOFT, linewidth=1, linestyle=(0, (4, 3)))
    full = [one for one in result.overall.figures.bins if one.mean_score is not None and one.share_fake is not None]
    mean, share = [one.mean_score or 0.0 for one in full], [one.share_fake or 0.0 for one in full]
    colour = _colour(result, number)
    axes.plot(mean, share, color=colour, linewidth=1.2, clip_on=False)
    axes.scatter(mean, share, s=_areas(full), color=colour, clip_on=False, zorder=3)
    label = f"Reliability of {visible(result.name)}: {videos(sum(one.videos for one in full))} in {len(full)} bins"
    return _svg(figure, f"reliability-{number}", label)


def line_colour(result: DetectorResult, number: int) -> str:
    """The colour of a detector's lines on the page, for the legend."""
    colour = _colour(result, number)
    return _PAGE_COLOURS.get(colour, colour)


def _colour(result: DetectorResult, number: int) -> str:
    return _INK if result.name == COLLECTIVE else _COLOURS[number % len(_COLOURS)]


def _areas(bins: Sequence[Bin]) -> list[float]:
    """Areas of dots in square points: 8 for an empty bin, 90 for one that holds all videos."""
    total = max(sum(one.videos for one in bins), 1)
    return [8 + 82 * one.videos / total for one in bins]


def _square(inches: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(inches, inches), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", facecolor="none")
    axes.tick_params(colors=_SOFT, length=3)
    axes.grid(color=_RULE, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_color(_RULE)
    return figure, axes


def _label(axes: Axes, across: str, up: str) -> None:
    axes.set_xlabel(across, color=_SOFT)
    axes.set_ylabel(up, color=_SOFT)


def _svg(figure: Figure, name: str, label: str) -> Markup:
    """The figure as SVG for a page: words stay words, colours and type are the page's, no name is used twice."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(
            out, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
        )
    svg = out.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)  # as matplotlib writes it from 3.11 on
    svg = re.sub(r"font: (\d+(?:\.\d+)?px) [^;\"]*", r"font-size: \1", svg)  # and before
    for stand_in, colour in _PAGE_COLOURS.items():
        svg = svg.replace(stand_in, colour)
    opening = Markup('<svg role="img" aria-label="{}" class="figure" ').format(label)
    return opening + Markup(svg.removeprefix("<svg "))  # noqa: S704 - matplotlib escapes the words in it
