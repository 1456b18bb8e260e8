"""Which faces eighteen judges; expected values by hand."""

from __future__ import annotations

import pytest

from fakefinder.detectors.eighteen.tracks import (
    Rectangle,
    in_whole_pixels,
    judged_tracks,
    overlap,
    overlapping_tracks,
    stand_ins,
    usual_face_count,
)
from fakefinder.faces.finder import FaceBox
from fakefinder.faces.track import FaceTrack, Seen

LEFT: Rectangle = (0, 0, 9, 9)
RIGHT: Rectangle = (50, 0, 59, 9)


def tracks_of(*boxes_per_frame: list[Rectangle]) -> list[list[tuple[int, int]]]:
    return [[(seen.position, seen.box) for seen in track.seen] for track in overlapping_tracks(boxes_per_frame)]


def track(*positions: int, number: int = 0) -> FaceTrack:
    return FaceTrack(number, tuple(Seen(position, 0) for position in positions))


def test_coordinates_are_truncated_towards_zero() -> None:
    assert in_whole_pixels(FaceBox((-1.9, 2.9, 10.2, 11.999), 1.0)) == (-1, 2, 10, 11)


@pytest.mark.parametrize(
    ("counts", "usual"),
    [
        ([1], 1),
        ([0, 0, 1], 0),
        ([2, 1, 1, 2], 2),
        ([1, 2, 2, 1], 1),
        ([0, 1, 1, 0], 0),
        ([3, 3, 1], 3),
    ],
)
def test_the_usual_count_is_the_most_frequent_and_of_equals_the_first_in_time(counts: list[int], usual: int) -> None:
    assert usual_face_count(counts) == usual


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (LEFT, 1.0),
        ((5, 0, 14, 9), 50 / 150),  # ten pixels a side, corners included
        ((9, 9, 18, 18), 1 / 199),  # the corner pixel is common
        ((10, 0, 19, 9), 0.0),
        ((0, 0, 9, 4), 0.5),
        ((5, 5, 3, 3), 0.0),  # turned inside out: no area
    ],
)
def test_overlap_counts_corners_as_pixels(other: Rectangle, expected: float) -> None:
    assert overlap(LEFT, other) == pytest.approx(expected)
    assert overlap(other, LEFT) == pytest.approx(expected)


def test_two_boxes_without_area_do_not_overlap() -> None:
    assert overlap((5, 5, 3, 3), (5, 5, 3, 3)) == 0.0


def test_each_face_of_the_first_frame_starts_a_track_even_where_they_overlap() -> None:
    assert tracks_of([], [LEFT, LEFT, RIGHT]) == [[(1, 0)], [(1, 1)], [(1, 2)]]


def test_half_of_a_box_continues_a_track_and_less_starts_one() -> None:
    assert tracks_of([LEFT], [(0, 0, 9, 4)]) == [[(0, 0), (1, 0)]]
    assert tracks_of([LEFT], [(0, 0, 9, 3)]) == [[(0, 0)], [(1, 0)]]


def test_a_track_follows_its_last_box() -> None:
    drifting: list[Rectangle] = [(x, 0, x + 9, 9) for x in range(0, 30, 3)]
    assert tracks_of(*([box] for box in drifting)) == [[(i, 0) for i in range(10)]]


def test_a_track_never_ends() -> None:
    assert tracks_of([LEFT], *([[]] * 500), [LEFT]) == [[(0, 0), (501, 0)]]


def test_of_two_faces_at_one_track_the_first_takes_it_and_the_other_is_dropped() -> None:
    assert tracks_of([LEFT], [(0, 1, 9, 10), LEFT]) == [[(0, 0), (1, 0)]]


def test_faces_are_compared_with_the_boxes_of_before_the_frame() -> None:
    """The second box overlaps the first by 0.67, and what the track was before by 0.43."""
    assert tracks_of([LEFT], [(0, 2, 9, 11), (0, 4, 9, 13)]) == [[(0, 0), (1, 0)], [(1, 1)]]


def test_a_face_that_overlaps_two_tracks_alike_goes_to_the_older_one() -> None:
    assert tracks_of([LEFT, LEFT], [LEFT]) == [[(0, 0), (1, 0)], [(0, 1)]]


def test_the_track_that_overlaps_most_is_continued() -> None:
    assert tracks_of([(0, 3, 9, 12), LEFT], [LEFT]) == [[(0, 0)], [(0, 1), (1, 0)]]


@pytest.mark.parametrize(("face_count", "judged"), [(1, [1]), (2, [1, 0]), (3, [1, 0]), (0, [])])
def test_the_longest_tracks_are_judged_two_at_most_and_of_equals_the_first(face_count: int, judged: list[int]) -> None:
    tracks = [track(0, 3, number=0), track(0, 1, 2, number=1), track(4, 5, number=2)]
    assert [found.track for found in judged_tracks(tracks, face_count)] == judged


def test_fewer_tracks_than_faces_are_all_judged() -> None:
    assert len(judged_tracks([track(0)], 2)) == 1


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((0, 1, 2, 3, 4, 5), [0, 1, 2, 3, 4, 5]),
        ((3,), [0, 0, 0, 0, 0, 0]),
        ((0, 4), [0, 0, 0, 1, 1, 1]),  # frame 2 is as near to both: it stays
        ((0, 5), [0, 0, 0, 1, 1, 1]),
        ((2, 3), [0, 0, 0, 1, 1, 1]),
    ],
)
def test_the_nearest_crop_stands_in(seen: tuple[int, ...], expected: list[int]) -> None:
    assert stand_ins(track(*seen), 6) == expected
