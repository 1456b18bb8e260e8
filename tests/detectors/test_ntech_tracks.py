from __future__ import annotations

import pytest

from fakefinder.detectors.ntech.tracks import IouTrack, IouTracker
from fakefinder.faces.finder import FaceBox

Box = tuple[float, float, float, float]
A: Box = (0.0, 0.0, 10.0, 10.0)
B: Box = (100.0, 0.0, 110.0, 10.0)


def face(box: Box, confidence: float = 0.95) -> FaceBox:
    return FaceBox(box, confidence)


def follow(*searches: list[FaceBox]) -> list[IouTrack]:
    """The tracks in the order in which they end."""
    tracker, ended = IouTracker(), []
    for search, faces in enumerate(searches):
        ended += tracker.step(search, faces)
    return ended + tracker.finish()


@pytest.mark.parametrize(
    ("searches", "best", "counts"), [(6, 0.95, False), (7, 0.89, False), (7, 0.9, True), (30, 0.3, False)]
)
def test_a_track_counts_with_seven_boxes_of_which_one_is_sure(searches: int, best: float, counts: bool) -> None:
    (track,) = follow([face(A, best)], *[[face(A, 0.3)]] * (searches - 1))
    assert len(track.faces) == searches
    assert track.counts == counts


def test_a_search_that_misses_a_face_ends_its_track() -> None:
    tracks = follow([face(A), face(B)], [face(B)], [face(A), face(B)])
    assert [(track.first, len(track.faces)) for track in tracks] == [(0, 1), (0, 3), (2, 1)]


def test_faces_below_0_3_are_not_followed() -> None:
    tracks = follow([face(A, 0.3)], [face(A, 0.29)])
    assert [len(track.faces) for track in tracks] == [1]


@pytest.mark.parametrize(("moved", "tracks"), [(5.0, 1), (6.0, 2)])  # IoU 5 / 15 and 4 / 16
def test_a_box_goes_on_with_a_track_from_an_iou_of_0_3(moved: float, tracks: int) -> None:
    assert len(follow([face(A)], [face((moved, 0.0, 10 + moved, 10.0))])) == tracks


def test_older_tracks_choose_first_and_take_what_overlaps_most() -> None:
    older, newer = (0.0, 0.0, 10.0, 10.0), (2.0, 0.0, 12.0, 10.0)
    tracks = follow([face(older)], [face(older), face(newer)], [face(newer), face(older)])
    assert [[seen.xyxy for seen in track.faces] for track in tracks] == [[older] * 3, [newer] * 2]
    (only, second) = follow([face(older)], [face(newer, 0.5), face(newer, 0.6)])
    assert [seen.confidence for seen in only.faces] == [0.95, 0.5]  # of equal boxes the first
    assert second.first == 1


def test_what_a_track_leaves_begins_another_after_those_that_go_on() -> None:
    tracker = IouTracker()
    tracker.step(0, [face(A)])
    tracker.step(1, [face(B), face(A)])
    assert [track.faces[-1].xyxy for track in tracker.active] == [A, B]


def test_a_search_that_could_not_be_made_ends_all_tracks() -> None:
    tracker = IouTracker()
    tracker.step(0, [face(A)])
    (ended,) = tracker.step(2, [face(A)])
    assert len(ended.faces) == 1
    assert [track.first for track in tracker.active] == [2]


def test_boxes_between_searches_are_interpolated_to_float32() -> None:
    (track,) = follow([face((0.0, 0.0, 10.0, 10.0))], [face((1.0, 3.0, 10.0, 10.0))])
    assert track.entries == 4
    assert list(track.new_entries) == [1, 2, 3]
    assert track.box_at(0) == (0, 0, 10, 10)
    assert track.box_at(1) == (0.3333333432674408, 1.0, 10.0, 10.0)
    assert track.box_at(2) == (0.6666666865348816, 2.0, 10.0, 10.0)
    assert track.box_at(3) == (1, 3, 10, 10)


def test_a_track_of_one_box_has_one_entry() -> None:
    (track,) = follow([], [face(A)])
    assert (track.start, track.entries, list(track.new_entries)) == (3, 1, [0])
