"""The terminal table: everything in words, and no name that moves the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console

from fakefinder.records.render import to_table
from fakefinder.records.report import Report


def printed(reports: Sequence[Report], width: int = 160) -> str:
    out = StringIO()
    Console(file=out, width=width, force_terminal=False).print(to_table(reports))
    return out.getvalue()


def test_one_video_in_full(full: Report) -> None:
    text = printed([full])
    for part in (
        "talk.mp4",
        "0.912",
        "likely fake",
        "abstained: No face was found",
        "failed: It fell over.",
        "4 faces",
    ):
        assert part in text
    assert full.verdict.sentence in text


def test_several_videos_a_line_each(full: Report, unreadable: Report) -> None:
    text = printed([full, unreadable])
    assert "undetermined" in text
    assert "gamma: crashed: It fell over." in text
    assert "alpha: unreadable: No picture could be decoded." in text


def test_the_same_note_is_made_once(unreadable: Report) -> None:
    text = printed([unreadable, unreadable])
    assert text.count("No picture could be decoded.") == 1
    assert "(2 videos)" in text


def test_hostile_names_print_as_text(unreadable: Report) -> None:
    for text in (printed([unreadable]), printed([unreadable, unreadable], width=400)):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[red]" in text


def test_nothing_scanned() -> None:
    assert "No video" in printed([])
