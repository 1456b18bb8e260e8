"""Which frames blend looks at, which faces it judges, and how they are cut out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fakefinder.detectors.blend.crops import INPUT_SIZE, MIN_FACE_PX, Cutter, cut, frame_numbers
from fakefinder.faces.finder import FaceBox
from fakefinder.media.video import Frame


@pytest.mark.parametrize(
    ("frames", "seconds", "expected"),
    [
        (1, 0.04, 1),
        (10, 0.4, 10),
        (75, 3.0, 16),
        (250, 10.0, 20),
        (255, 10.2, 21),
        (2500, 100.0, 64),
    ],
)
def test_two_frames_a_second_within_bounds(
    memory_video: Callable[..., Any], frames: int, seconds: float, expected: int
) -> None:
    info = replace(memory_video(frames).info, duration_seconds=seconds)
    numbers = frame_numbers(info)
    assert len(numbers) == expected
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (0, frames - 1)


def test_the_counted_number_of_frames_counts(memory_video: Callable[..., Any]) -> None:
    assert frame_numbers(memory_video(20, header=400).info)[-1] == 19
    assert frame_numbers(memory_video(20, header=0).info)[-1] == 19


def box(left: float, top: float, width: float, height: float) -> FaceBox:
    return FaceBox((left, top, left + width, top + height), 1.0)


def test_small_faces_are_left_out_and_remembered() -> None:
    frame = Frame(0, 0.0, np.zeros((300, 400, 3), np.uint8))
    cutter = Cutter()
    tall = box(10, 10, 20, MIN_FACE_PX)
    assert [face for face, _ in cutter(frame, [box(10, 10, MIN_FACE_PX - 1, 30), tall])] == [tall]
    assert cutter.largest_px == MIN_FACE_PX
    cutter = Cutter()
    assert list(cutter(frame, [box(10, 10, 20, 20), box(50, 10, 40, 30)])) == []
    assert cutter.largest_px == 40


@pytest.mark.parametrize("side", [70, 400])
def test_a_crop_is_a_square_with_a_tenth_of_the_face_on_each_side(side: int) -> None:
    rgb = np.zeros((600, 800, 3), np.uint8)
    margin = round(side * 0.1)
    left, top = 150, 100
    rgb[top - margin : top + side + margin, left - margin : left + side + margin] = 255
    pixels = cut(rgb, box(left, top, side, side))
    assert pixels.shape == (INPUT_SIZE, INPUT_SIZE, 3)
    assert (pixels == 255).all()
    rgb[:, : left - margin + 2] = 0
    assert not (cut(rgb, box(left, top, side, side)) == 255).all()


def test_a_face_larger_than_the_picture_is_the_picture() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
    assert (cut(rgb, box(-60, -80, 350, 420)) == rgb).all()
