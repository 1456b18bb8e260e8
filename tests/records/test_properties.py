"""Any report survives its JSON, and any report can be rendered, however strange its names."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from rich.console import Console

from fakefinder.records.render import to_csv, to_html, to_json, to_jsonl, to_table
from fakefinder.records.report import (
    REASONS,
    Coverage,
    Evidence,
    FrameScore,
    Provenance,
    Report,
    TrackScore,
    VideoRecord,
)
from fakefinder.records.verdict import reach_verdict

ALL_LETTERS = st.characters(min_codepoint=0, max_codepoint=0x10FFFF)
NAMES = st.text(ALL_LETTERS, max_size=30) | st.sampled_from(
    ["=1+1", "{{ 7*7 }}", "<b>", "[bold]", "\udcff\x00", "a\r\nb"]
)
SCORES = st.floats(0, 1)
NUMBERS = st.floats(-1e9, 1e9)

FRAMES = st.builds(
    FrameScore,
    index=st.integers(0, 10**9),
    time_seconds=NUMBERS,
    score=st.none() | SCORES,
    box=st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS),
)
TRACKS = st.builds(
    TrackScore,
    track=st.integers(0, 99),
    score=st.none() | SCORES,
    frames=st.lists(FRAMES, max_size=4).map(tuple),
    thumbnail=st.none(),
)
COVERAGES = st.builds(
    Coverage, from_seconds=NUMBERS, to_seconds=NUMBERS, frames=st.integers(0, 99), faces=st.integers(0, 99)
)
COUNTS = st.none() | st.integers(0, 10**15)
VIDEOS = st.builds(
    VideoRecord,
    name=NAMES,
    sha256=st.none() | st.just("ab" * 32),
    bytes=COUNTS,
    duration_seconds=st.none() | st.floats(0, 1e7),
    width=COUNTS,
    height=COUNTS,
    fps=st.none() | st.floats(0, 1000),
    frame_count=COUNTS,
    codec=st.none() | NAMES,
    decode_failures=st.integers(0, 99),
)


@st.composite
def evidences(draw: st.DrawFn) -> Evidence:
    status = draw(st.sampled_from(["scored", "abstained", "failed"]))
    return Evidence.model_validate(
        {
            "detector": draw(NAMES),
            "version": draw(NAMES),
            "recipe": draw(NAMES),
            "status": status,
            "score": draw(SCORES) if status == "scored" else None,
            "reason": None if status == "scored" else draw(st.sampled_from(sorted(REASONS)) | NAMES),
            "message": draw(st.none() | NAMES),
            "weights_sha256": draw(st.dictionaries(NAMES, st.just("cd" * 32), max_size=2)),
            "coverage": draw(st.none() | COVERAGES),
            "tracks": draw(st.lists(TRACKS, max_size=3)),
        }
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    evidence = draw(st.lists(evidences(), max_size=4))
    return Report(
        video=draw(VIDEOS),
        evidence=tuple(evidence),
        verdict=reach_verdict(evidence),
        provenance=Provenance(
            fakefinder="1",
            created_at=draw(st.datetimes(timezones=st.just(UTC))),
            host_device=draw(NAMES),
            settings=draw(st.dictionaries(NAMES, st.none() | st.booleans() | st.integers() | NAMES, max_size=2)),
        ),
    )


LISTS = st.lists(reports(), max_size=3)
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@MANY
@given(LISTS)
def test_json_gives_back_the_same_reports(some: list[Report]) -> None:
    lines = to_jsonl(some).split("\n")
    assert lines.pop() == ""
    assert [Report.model_validate_json(line) for line in lines] == some
    if len(some) == 1:
        assert Report.model_validate_json(to_json(some)) == some[0]
    else:
        assert TypeAdapter(list[Report]).validate_json(to_json(some)) == some
    json.loads(to_json(some))


@MANY
@given(LISTS)
def test_every_format_can_be_written_as_utf_8(some: list[Report]) -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(to_table(some))
    for text in (to_html(some), to_csv(some), out.getvalue()):
        text.encode()
    wanted = sum(max(1, len(report.evidence)) for report in some)
    assert len(list(csv.DictReader(io.StringIO(to_csv(some))))) == wanted
