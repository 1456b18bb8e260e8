from __future__ import annotations

import cv2
import numpy as np
import pytest

from fakefinder.faces.shrink import LongerSide


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
