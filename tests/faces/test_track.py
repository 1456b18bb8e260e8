"""Boxes over sparse frames become one track a person."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.faces.finder import FaceBox
from fakefinder.faces.track import FaceTrack, Seen, box_iou, track_faces


def square(x: float, y: float = 0.0, side: float = 100.0) -> FaceBox:
    return FaceBox((x, y, x + side, y + side), 0.99)


def places(tracks: list[FaceTrack]) -> list[list[tuple[int, int]]]:
    return [[(place.position, place.box) for place in track.seen] for track in tracks]


def test_no_frames_and_no_faces_give_no_tracks() -> None:
    assert track_faces([]) == []
    assert track_faces([[], []]) == []


def test_two_people_are_kept_apart_when_their_order_changes() -> None:
    frames = [[square(0), square(300)], [square(310), square(20)], [square(40), square(305)]]
    assert places(track_faces(frames)) == [[(0, 0), (1, 1), (2, 0)], [(0, 1), (1, 0), (2, 1)]]


def test_the_better_overlap_is_joined_first() -> None:
    assert places(track_faces([[square(0)], [square(60), square(5)]])) == [[(0, 0), (1, 1)], [(1, 0)]]


def test_of_two_tracks_the_overlapping_one_goes_on() -> None:
    assert places(track_faces([[square(0), square(150)], [square(90)]])) == [[(0, 0)], [(0, 1), (1, 0)]]


def test_of_two_tracks_equally_near_the_first_goes_on() -> None:
    assert places(track_faces([[square(0), square(180)], [square(90)]])) == [[(0, 0), (1, 0)], [(0, 1)]]


@pytest.mark.parametrize(("moved", "tracks"), [(60, 1), (95, 1), (105, 2), (400, 2)])
def test_a_move_up_to_a_box_side_is_the_same_person(moved: float, tracks: int) -> None:
    assert len(track_faces([[square(0)], [square(moved)]])) == tracks


def test_a_near_box_of_another_size_is_another_person() -> None:
    assert len(track_faces([[square(0)], [square(90, side=40)]])) == 2


@pytest.mark.parametrize(("gap", "tracks"), [(0, 1), (3, 1), (4, 2)])
def test_a_face_may_be_missed_for_a_few_frames(gap: int, tracks: int) -> None:
    assert len(track_faces([[square(0)], *[[]] * gap, [square(10)]])) == tracks


def test_min_iou_counts() -> None:
    near, smaller = square(0), square(30, 30, side=45)
    assert len(track_faces([[near], [smaller]])) == 1
    assert len(track_faces([[near], [smaller]], min_iou=0.5)) == 2


def test_iou_of_half_covered_squares() -> None:
    assert box_iou(square(0).xyxy, square(50).xyxy) == pytest.approx(1 / 3)
    assert box_iou(square(0).xyxy, (50.0, 50.0, 50.0, 80.0)) == 0


boxes = st.builds(square, st.floats(-50, 900), st.floats(-50, 900), st.floats(0, 300))


@given(st.lists(st.lists(boxes, max_size=4), max_size=8))
def test_each_box_is_in_one_track_and_each_track_once_in_a_frame(frames: list[list[FaceBox]]) -> None:
    tracks = track_faces(frames)
    seen = list(itertools.chain.from_iterable(track.seen for track in tracks))
    assert sorted(seen) == [Seen(i, j) for i, frame in enumerate(frames) for j in range(len(frame))]
    for track in tracks:
        positions = [place.position for place in track.seen]
        assert positions == sorted(set(positions))
    assert [track.track for track in tracks] == list(range(len(tracks)))


@pytest.mark.parametrize(("detector", "field"), [("boken", "mtcnn_boxes_all"), ("selimsef", "mtcnn_boxes_half_res")])
def test_two_people_of_a_real_video_are_two_tracks(golden: Path, detector: str, field: str) -> None:
    found = json.loads((golden / detector / "preprocess.json").read_text())["two40"][field]
    frames = [[FaceBox(tuple(box), 1.0) for box in boxes] for boxes in found]
    for step in (1, 2, 5):
        sparse = frames[::step]
        tracks = track_faces(sparse)
        assert len(tracks) == 2
        for track in tracks:
            lefts = [sparse[place.position][place.box].xyxy[0] for place in track.seen]
            assert len(lefts) == len(sparse)
            assert max(lefts) - min(lefts) < 100
