"""Faces cut out of frames: borders, squares, thumbnails."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.faces.crop import crop, square_inside, thumbnail
from fakefinder.faces.finder import FaceBox
from fakefinder.media.video import RGB, Frame

RAMP: RGB = np.arange(20 * 30 * 3, dtype=np.uint32).reshape(20, 30, 3).astype(np.uint8)


@pytest.mark.parametrize(
    ("ltrb", "shape"),
    [
        ((2, 3, 7, 9), (6, 5, 3)),
        ((-5, -5, 7, 9), (9, 7, 3)),
        ((25, 15, 99, 99), (5, 5, 3)),
        ((40, 3, 50, 9), (6, 0, 3)),
        ((-9, -9, -2, -2), (0, 0, 3)),
        ((9, 3, 2, 9), (6, 0, 3)),
    ],
)
def test_crop_ends_at_the_border(ltrb: tuple[int, int, int, int], shape: tuple[int, int, int]) -> None:
    assert crop(RAMP, ltrb).shape == shape


def test_crop_keeps_the_pixels() -> None:
    np.testing.assert_array_equal(crop(RAMP, (2, 3, 7, 9)), RAMP[3:9, 2:7])


coordinate = st.floats(-500, 500, width=32)


@given(x=coordinate, y=coordinate, w=st.floats(0, 400), h=st.floats(0, 400), size=st.tuples(*[st.integers(1, 300)] * 2))
def test_square_is_square_and_inside(x: float, y: float, w: float, h: float, size: tuple[int, int]) -> None:
    left, top, right, bottom = square_inside(FaceBox((x, y, x + w, y + h), 1.0), *size, margin=0.3)
    assert right - left == bottom - top >= 1
    assert left >= 0
    assert top >= 0
    assert right <= size[0]
    assert bottom <= size[1]


def test_square_is_centred_where_there_is_room() -> None:
    assert square_inside(FaceBox((40, 50, 60, 60), 1.0), 100, 100, margin=0.5) == (35, 40, 65, 70)


@pytest.mark.parametrize("xyxy", [(5.0, 5.0, 15.0, 15.0), (-90.0, -80.0, -10.0, -5.0), (0.0, 0.0, 900.0, 900.0)])
def test_thumbnail_is_a_jpeg_of_the_asked_size(xyxy: tuple[float, float, float, float]) -> None:
    jpeg = thumbnail(Frame(0, 0.0, RAMP), FaceBox(xyxy, 1.0), size_px=48)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (48, 48, 3)


def test_thumbnail_shows_the_face_in_its_colours() -> None:
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[20:80, 20:80] = (200, 30, 10)
    jpeg = thumbnail(Frame(0, 0.0, rgb), FaceBox((30.0, 30.0, 60.0, 60.0), 1.0))
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    red_green_blue = picture[48, 48, ::-1].astype(int)
    assert np.abs(red_green_blue - (200, 30, 10)).max() < 8
