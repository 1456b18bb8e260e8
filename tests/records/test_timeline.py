"""The inline SVGs are pure functions of numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from fakefinder.records.render.timeline import colour, coverage_bar, score_over_time
from fakefinder.records.report import Coverage, FrameScore


def frame(time_seconds: float, score: float | None) -> FrameScore:
    return FrameScore(index=0, time_seconds=time_seconds, score=score, box=(0, 0, 1, 1))


def luminance(hex_colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    parts = [int(hex_colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_colours_run_from_blue_over_grey_to_red() -> None:
    assert colour(0.0) == "#2f74d0"
    assert colour(0.5) == "#8a8f98"
    assert colour(1.0) == "#d03b35"


@pytest.mark.parametrize("paper", ["#ffffff", "#131518"])
def test_every_colour_stands_out_from_the_page(paper: str) -> None:
    assert min(contrast(colour(step / 20), paper) for step in range(21)) >= 3.0


def test_dots_lie_where_time_and_score_say() -> None:
    svg = score_over_time([frame(5.0, 0.25), frame(0.0, 1.0)], from_seconds=0.0, to_seconds=10.0)
    paths = {path.get("class"): path.get("d") for path in ET.fromstring(svg)}
    assert paths["line"] == "M0.0 0.0L500.0 75.0"
    assert {path.get("d") for path in ET.fromstring(svg) if path.get("class") == "dot"} == {
        "M0.0 0.0h0",
        "M500.0 75.0h0",
    }


def test_frames_without_a_score_are_left_out() -> None:
    svg = score_over_time([frame(0.0, None)], from_seconds=0.0, to_seconds=1.0)
    assert "dot" not in svg
    assert "No frame" in svg


def test_one_moment_is_drawn_in_the_middle() -> None:
    assert "M500.0 50.0h0" in score_over_time([frame(0.0, 0.5)], from_seconds=0.0, to_seconds=0.0)


def test_thousands_of_dots_stay_a_few_paths() -> None:
    frames = [frame(i / 30, (i % 1000) / 999) for i in range(10_000)]
    svg = score_over_time(frames, from_seconds=0.0, to_seconds=334.0)
    assert svg.count("<path") <= 25


def test_coverage_is_drawn_to_scale() -> None:
    coverage = Coverage(from_seconds=2.0, to_seconds=4.0, frames=3, faces=0)
    assert 'class="seen" d="M250.0 50.0H500.0"' in coverage_bar(coverage, 8.0)
