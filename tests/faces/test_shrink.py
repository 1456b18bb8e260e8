from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakefinder.faces.shrink import AtMost, LongerSide


@pytest.mark.parametrize(
    ("frame", "px", "expected"),
    [
        ((1920, 1080), 480, (480, 270, 4.0)),
        ((1080, 1920), 480, (270, 480, 4.0)),
        ((1280, 720), 960, (960, 540, 4 / 3)),
        ((854, 480), 480, (479, 269, 854 / 480)),
        ((96, 80), 480, (480, 400, 0.2)),
        ((2000, 1), 480, (480, 1, 2000 / 480)),
    ],
)
def test_the_longer_side_is_as_long_as_wanted(
    frame: tuple[int, int], px: int, expected: tuple[int, int, float]
) -> None:
    assert LongerSide(px).size(*frame) == pytest.approx(expected, rel=1e-12)


def test_the_longer_side_is_made_by_the_linear_filter() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (90, 160, 3), np.uint8)
    picture, to_frame = LongerSide(40)(rgb)
    assert np.array_equal(picture, cv2.resize(rgb, (40, 22), interpolation=cv2.INTER_LINEAR))
    assert to_frame == pytest.approx(4)


def test_equal_shrinks_are_equal_keys() -> None:
    assert len({LongerSide(480), LongerSide(480), LongerSide(960)}) == 2


@pytest.mark.parametrize(
    ("frame", "expected"),
    [((1920, 1080), (640, 360, 3.0)), ((480, 1280), (240, 640, 2.0)), ((641, 1), (640, 1, 641 / 640))],
)
def test_frames_above_a_size_shrink_to_it(frame: tuple[int, int], expected: tuple[int, int, float]) -> None:
    small, to_frame = AtMost(640)(np.full((frame[1], frame[0], 3), 7, np.uint8))
    assert (small.shape[1], small.shape[0], to_frame) == expected
    assert (small == 7).all()


def test_frames_up_to_that_size_stay_as_they_are() -> None:
    rgb = np.zeros((640, 300, 3), np.uint8)
    assert AtMost(640)(rgb)[0] is rgb
    assert AtMost(640)(rgb)[1] == 1.0
