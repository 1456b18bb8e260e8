"""Which crops of a track are judged, by which net, and when they can be cut: arithmetic on entries, without pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

NetName = Literal["sequence", "wide", "close"]
"""One net judges sequences, two judge single faces: one sees more of what is around them, the other sees less."""

FACE_EVERY = 2
"""Entries from one single face to the next."""
SEQUENCE_EVERY, SEQUENCE_FRAMES = 14, 7
"""Entries from the start of one sequence to that of the next, and entries in each."""
SEQUENCE_BOX = 3
"""The entry of a sequence whose box is used for all its frames."""


class Planned(NamedTuple):
    """A crop: the entries whose frames are judged, at once, the entry with their box, and whether they are mirrored."""

    net: NetName
    entries: range
    box_entry: int
    mirrored: bool


def complete_at(entry: int) -> Iterator[Planned]:
    """The crops that can be cut once the box of an entry is known, and not before.

    Single faces go to the net that sees more and to the other one in turn, two to each. Of the faces of a track, as
    of its sequences, the first is mirrored, the second is not, and so on.
    """
    if entry % FACE_EVERY == 0:
        number = entry // FACE_EVERY
        yield Planned(net_of_face(entry), range(entry, entry + 1), entry, number % 2 == 0)
    if entry % SEQUENCE_EVERY == SEQUENCE_FRAMES - 1:
        first = entry - SEQUENCE_FRAMES + 1
        number = first // SEQUENCE_EVERY
        yield Planned("sequence", range(first, entry + 1), first + SEQUENCE_BOX, number % 2 == 0)


def net_of_face(entry: int) -> NetName:
    """The net that judges the single face of an entry."""
    return "wide" if entry // FACE_EVERY % 4 < 2 else "close"


def first_needed(entries: int) -> int:
    """The first entry whose frame may still be needed of a track that has so many: that of a sequence it is within."""
    start, within = divmod(entries, SEQUENCE_EVERY)
    return start * SEQUENCE_EVERY if within < SEQUENCE_FRAMES else entries
