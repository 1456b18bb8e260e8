"""Which crops of a track are judged, against the rule as it is told of whole tracks."""

from __future__ import annotations

import pytest

from fakefinder.detectors.ntech.plan import complete_at, first_needed

LENGTHS = range(1, 80)


@pytest.mark.parametrize("entries", LENGTHS)
def test_sequences_of_seven_begin_at_every_14th_entry_as_far_as_they_fit(entries: int) -> None:
    planned = [one for entry in range(entries) for one in complete_at(entry) if one.net == "sequence"]
    starts = [start for start in range(0, entries, 14) if start < entries - 6]
    assert [one.entries for one in planned] == [range(start, start + 7) for start in starts]
    assert [one.box_entry for one in planned] == [start + 3 for start in starts]
    assert [one.mirrored for one in planned] == [number % 2 == 0 for number in range(len(starts))]


@pytest.mark.parametrize("entries", LENGTHS)
def test_every_second_entry_is_a_single_face_two_for_each_net_in_turn(entries: int) -> None:
    planned = [one for entry in range(entries) for one in complete_at(entry) if one.net != "sequence"]
    assert [one.entries[0] for one in planned] == list(range(0, entries, 2))
    assert all(len(one.entries) == 1 and one.box_entry == one.entries[0] for one in planned)
    assert [one.net for one in planned] == [("wide", "wide", "close", "close")[i % 4] for i in range(len(planned))]
    assert [one.mirrored for one in planned] == [i % 2 == 0 for i in range(len(planned))]


@pytest.mark.parametrize("entries", LENGTHS)
def test_no_frame_is_let_go_that_is_needed_later_and_none_is_kept_in_vain(entries: int) -> None:
    later = [one for entry in range(entries, entries + 20) for one in complete_at(entry)]
    needed = min(entry for one in later for entry in one.entries)
    # The entry that comes next is always kept, judged or not: its frame is not there yet.
    assert first_needed(entries) == min(needed, entries)
    assert entries - first_needed(entries) <= 6
