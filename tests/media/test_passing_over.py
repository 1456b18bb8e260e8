"""What is decoded with seeks and skips equals what is decoded from the first picture to the last."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fakefinder.media.decode import Decoder, probe
from fakefinder.media.packets import PacketTable
from fakefinder.media.video import Frame
from tests.media.videos import READABLE

BY_TIME = ("h264_b_frames", "h264_one_gop", "h264_no_b_frames", "h264_mkv", "h264_mpegts", "h264_flv", "hevc")
NOT_SEEKABLE = ("h264_open_gop", "h264_intra_refresh", "hevc_open_gop")


def all_frames(path: Path, table: PacketTable) -> list[Frame]:
    """Everything, counted from the start: a table without entries allows neither seeks nor skips."""
    plain = PacketTable(table.pts, np.zeros_like(table.entry), table.timed)
    return list(Decoder(path, plain).frames(range(len(table))))


def same(ours: Frame, theirs: Frame) -> bool:
    return (ours.index, ours.time_seconds) == (theirs.index, theirs.time_seconds) and np.array_equal(
        ours.rgb, theirs.rgb
    )


@pytest.mark.parametrize(
    "name", [*BY_TIME, *NOT_SEEKABLE, "h264_fragmented", "variable_rate", "vp9_webm", "h264_trimmed"]
)
def test_any_choice_of_frames_equals_a_full_decode(name: str, made: Callable[[str], Path]) -> None:
    path = made(name)
    _, table = probe(path)
    everything = all_frames(path, table)
    assert len(everything) == len(table)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sets(st.integers(0, len(table) - 1), max_size=12))
    def check(chosen: set[int]) -> None:
        decoder = Decoder(path, table)
        found = list(decoder.frames(sorted(chosen)))
        assert [frame.index for frame in found] == sorted(chosen)
        assert all(same(frame, everything[frame.index]) for frame in found)
        assert decoder.decoded <= len(table)
        assert decoder.failures == 0

    check()


@pytest.mark.parametrize("name", BY_TIME)
def test_far_frames_are_reached_without_decoding_all(name: str, made: Callable[[str], Path]) -> None:
    path = made(name)
    _, table = probe(path)
    assert table.addressable
    decoder = Decoder(path, table)
    last = len(table) - 1
    assert [frame.index for frame in decoder.frames([0, last])] == [0, last]
    assert decoder.decoded < len(table)


@pytest.mark.parametrize("name", NOT_SEEKABLE)
def test_key_frames_that_do_not_renew_everything_are_no_entries(name: str, made: Callable[[str], Path]) -> None:
    _, table = probe(made(name))
    assert np.flatnonzero(table.entry).tolist() in ([0], [])


def test_a_seek_that_misses_falls_back_to_counting(made: Callable[[str], Path]) -> None:
    """The table says that decoding may start at time 7, where no key frame lies."""
    path = made("h264_one_gop")
    _, table = probe(path)
    lying = table.entry.copy()
    lying[40:] = True
    decoder = Decoder(path, PacketTable(table.pts - 1, lying, timed=True))
    assert [frame.index for frame in decoder.frames([2, 80])] == []
    everything = all_frames(path, table)
    found = list(Decoder(path, PacketTable(table.pts, lying, timed=True)).frames([2, 80]))
    assert all(same(frame, everything[frame.index]) for frame in found)
    assert [frame.index for frame in found] == [2, 80]


def test_frames_past_the_end_are_left_out(made: Callable[[str], Path]) -> None:
    for name in ("h264_b_frames", "vp9_webm"):
        path = made(name)
        decoder = Decoder(path, probe(path)[1])
        assert [frame.index for frame in decoder.frames([58, 59, 60, 10**12])] == [58, 59]
        assert decoder.failures == 0


def test_a_damaged_stretch_costs_only_its_own_frames(made: Callable[[str], Path]) -> None:
    """Frames behind the damage keep their numbers, and the stream is read once, not to its end for each lost frame."""
    path = made("corrupted")
    _, table = probe(path)
    decoder = Decoder(path, table)
    found = [frame.index for frame in decoder.frames(range(60))]
    lost = sorted(set(range(60)) - set(found))
    assert lost
    assert set(found) >= {0, 1, 2, 57, 58, 59}
    assert decoder.failures >= len(lost)
    again = Decoder(path, table)
    assert [frame.index for frame in again.frames([lost[0], 57, 59])] == [57, 59]
    assert again.decoded < 60


def naive_runs(table: PacketTable, indices: list[int], gain: int) -> list[tuple[int | None, list[int]]]:
    """``PacketTable.runs`` spelt out, one index after another."""
    runs: list[tuple[int | None, list[int]]] = []
    position = 0
    for index in indices:
        row = int(np.flatnonzero(table.pts == np.sort(table.pts)[index])[0])
        entry = max(int(i) for i in np.flatnonzero(table.entry) if i <= row)
        if entry - position >= gain:
            runs.append((int(table.pts[entry]), []))
        elif not runs:
            runs.append((None, []))
        runs[-1][1].append(index)
        position = row
    return runs


@given(st.data())
def test_runs_are_those_of_the_plain_rule(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    pts = np.array(data.draw(st.permutations(range(count))), np.int64) * 512
    entry = data.draw(arrays(np.bool_, count))
    entry[0] = True
    indices = sorted(data.draw(st.sets(st.integers(0, count - 1))))
    table = PacketTable(pts, entry, timed=True)
    assert list(table.runs(indices, gain=5)) == naive_runs(table, indices, 5)


def test_times_at_both_ends_of_int64_do_not_overflow() -> None:
    table = PacketTable(np.array([-(2**63), 0, 2**63 - 1]), np.ones(3, np.bool_), timed=True)
    assert table.addressable
    assert table.duration_seconds(Fraction(1, 2**31 - 1), Fraction(25)) > 0


@pytest.mark.parametrize(
    ("name", "step_counts"), [("variable_rate", [0, 1, 4, 5, 12, 14, 15]), ("h264_b_frames", list(range(7)))]
)
def test_times_are_those_of_the_file(name: str, step_counts: list[int], made: Callable[[str], Path]) -> None:
    path = made(name)
    info, table = probe(path)
    times = [frame.time_seconds for frame in Decoder(path, table).frames(range(7))]
    assert times == pytest.approx([count / READABLE[name].fps for count in step_counts], abs=1e-3)
    assert info.variable_frame_rate == (name == "variable_rate")
