from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.media.sample import batches, before_repeat, distinct, spread

counts = st.integers(min_value=1, max_value=2_000_000)


@given(counts, st.integers(min_value=1, max_value=300))
def test_spread_is_truncated_linspace(frame_count: int, wanted: int) -> None:
    assert spread(frame_count, wanted) == np.linspace(0, frame_count - 1, wanted).astype(np.int64).tolist()


@pytest.mark.parametrize(("frame_count", "wanted"), [(0, 15), (-1, 15), (-(2**62), 15), (10, 0)])
def test_nothing_is_sampled_from_nothing(frame_count: int, wanted: int) -> None:
    assert spread(frame_count, wanted) == []


@given(counts, st.integers(min_value=2, max_value=64))
def test_distinct_ascends_strictly_and_keeps_both_ends(frame_count: int, wanted: int) -> None:
    kept = distinct(spread(frame_count, wanted))
    assert all(a < b for a, b in pairwise(kept))
    assert (kept[0], kept[-1]) == (0, frame_count - 1)
    assert len(kept) == min(frame_count, wanted)


@given(st.integers(min_value=1, max_value=500))
def test_a_reader_that_waits_for_32_frames_sticks_at_frame_0_of_a_shorter_video(frame_count: int) -> None:
    read = before_repeat(spread(frame_count, 32))
    assert read == (spread(frame_count, 32) if frame_count >= 32 else [0])


def test_before_repeat_stops_at_a_later_repetition() -> None:
    assert before_repeat([0, 3, 5, 5, 6, 6]) == [0, 3, 5]
    assert before_repeat([]) == []


def test_batches_take_no_more_than_one_batch_ahead() -> None:
    taken: list[int] = []

    def numbers() -> Iterator[int]:
        for i in range(5):
            taken.append(i)
            yield i

    portions = batches(numbers(), 2)
    assert next(portions) == [0, 1]
    assert taken == [0, 1]
    assert list(portions) == [[2, 3], [4]]
