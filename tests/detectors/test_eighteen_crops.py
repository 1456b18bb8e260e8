"""What eighteen sees of a face; expected values by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from fakefinder.detectors.eighteen.crops import clearest, cut, look, sampled_indices, square, square_side
from fakefinder.detectors.eighteen.tracks import Rectangle, overlapping_tracks
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.aside import frames_aside
from fakefinder.media.video import Frame

SIZE = (96, 80)
FACE = (20.0, 10.0, 60.0, 60.0)


@pytest.mark.parametrize(
    ("header", "counted", "step", "frames"),
    [
        (1, 1, 1, 1),
        (160, 160, 1, 160),
        (161, 161, 2, 81),
        (300, 300, 2, 150),
        (320, 320, 2, 160),
        (300, 310, 2, 155),  # it goes on to the real end
        (300, 100, 2, 50),
        (160, 320, 1, 320),
    ],
)
def test_frames_are_sampled_in_the_step_that_the_header_gives(
    memory_video: Any, header: int, counted: int, step: int, frames: int
) -> None:
    indices, recipe = sampled_indices(memory_video(counted, header=header).info)
    assert (indices.start, indices.step, len(indices)) == (0, step, frames)
    assert recipe == ("still" if counted == 1 else None)


@pytest.mark.parametrize(("header", "counted"), [(0, 5000), (-1, 5000), (160, 5000), (160, 321)])
def test_where_the_header_states_far_too_few_frames_they_are_counted(
    memory_video: Any, header: int, counted: int
) -> None:
    indices, recipe = sampled_indices(memory_video(counted, header=header).info)
    assert (indices.step, recipe) == (-(-counted // 160), "counted")
    assert len(indices) <= 160


@pytest.mark.parametrize(
    ("rectangles", "side"),
    [
        ([(20, 10, 60, 50)], 52),  # 40 * 1.3
        ([(20, 10, 61, 50)], 52),  # 53.3, made even
        ([(20, 10, 40, 50)], 52),  # the longer side counts
        ([(20, 10, 60, 50), (30, 20, 40, 30)], 52),  # the largest of all
        ([(60, 10, 90, 40)], 38),  # 39 from x = 56 on: there are 40 pixels
        ([(70, 10, 100, 40)], 30),  # 39 from x = 66 on: there are 30
        ([(20, 60, 60, 100)], 26),  # 52 from y = 54 on: there are 26
        ([(0, 0, 90, 79)], 80),  # 117 from the corner: no more than the frame is high
        ([(-30, -30, 30, 30)], 78),
        ([(20, 10, 21, 11)], 0),
    ],
)
def test_the_side_is_the_largest_that_a_box_asks_for(rectangles: Sequence[Rectangle], side: int) -> None:
    assert square_side(rectangles, [SIZE] * len(rectangles)) == side


def test_a_face_outside_has_no_side() -> None:
    assert square_side([(200, 10, 240, 50)], [SIZE]) <= 0
    assert square_side([(200, 10, 240, 50), (20, 10, 40, 30)], [SIZE] * 2) == 26


def test_the_side_fits_into_the_smallest_frame() -> None:
    assert square_side([(0, 0, 90, 79)] * 2, [SIZE, (40, 60)]) == 40


@pytest.mark.parametrize(
    ("rectangle", "expected"),
    [
        ((20, 10, 60, 50), (20, 10, 60, 50)),
        ((21, 11, 60, 50), (20, 10, 60, 50)),  # centres are rounded down
        ((0, 0, 10, 10), (0, 0, 40, 40)),
        ((80, 70, 96, 80), (56, 40, 96, 80)),
        ((-21, 10, 10, 50), (0, 10, 40, 50)),
    ],
)
def test_squares_are_moved_into_the_frame(rectangle: Rectangle, expected: Rectangle) -> None:
    assert square(rectangle, 40, SIZE) == expected


def test_only_frames_that_show_a_face_are_put_aside(memory_video: Any, known_faces: Any) -> None:
    video = memory_video(6)
    looked = look(video, video.frames(range(6)), known_faces({2: [FACE], 5: [FACE, FACE]}))
    assert looked.indices == [0, 1, 2, 3, 4, 5]
    assert looked.times == pytest.approx([i / 25 for i in range(6)])
    assert [len(boxes) for boxes in looked.faces] == [0, 0, 1, 0, 0, 2]
    assert [index in frames_aside(video) for index in range(6)] == [i in (2, 5) for i in range(6)]


def test_all_crops_of_a_face_have_the_size_of_its_largest(memory_video: Any, known_faces: Any) -> None:
    video = memory_video(3)
    boxes = {0: [(20.0, 10.0, 60.0, 50.0)], 2: [(24.0, 14.0, 56.0, 46.0)]}
    looked = look(video, video.frames(range(3)), known_faces(boxes))
    (track,) = overlapping_tracks(looked.rectangles)
    face = cut(looked, track)
    assert face is not None
    assert face.shown == [0, 0, 1]
    for side in (256, 299):
        for crop, frame in zip(face.crops[side], video.frames([0, 2]), strict=True):
            pixels = frame.rgb[4:56, 14:66]
            expected = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_LINEAR)
            assert np.array_equal(crop.rgb, expected)
            assert crop.frame_index == frame.index
    assert [crop.frame_index for crop in face.at(256, [0, 1, 2])] == [0, 0, 2]


def test_a_face_outside_has_no_crops(memory_video: Any, known_faces: Any) -> None:
    video = memory_video(2)
    looked = look(video, video.frames(range(2)), known_faces({-1: [(200.0, 10.0, 240.0, 50.0)]}))
    (track,) = overlapping_tracks(looked.rectangles)
    assert cut(looked, track) is None


class Unsure(FaceFinder):
    """Sure of the face in frame 1 alone."""

    key = "unsure"

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        return [[FaceBox(FACE, 0.99 if frame.index == 1 else 0.81)] for frame in frames]


def test_the_thumbnail_is_of_the_clearest_frame(memory_video: Any) -> None:
    video = memory_video(3)
    looked = look(video, video.frames(range(3)), Unsure())
    (track,) = overlapping_tracks(looked.rectangles)
    alone = replace(track, seen=track.seen[1:2])
    assert clearest(looked, track) == clearest(looked, alone) != clearest(looked, replace(track, seen=track.seen[:1]))
