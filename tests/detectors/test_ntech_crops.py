from __future__ import annotations

import numpy as np
import pytest

from fakefinder.detectors.normalise import IMAGENET_MEAN, IMAGENET_STD
from fakefinder.detectors.ntech.crops import face_pixels, region
from fakefinder.detectors.ntech.judge import crop_input


def ramp(height: int, width: int) -> np.ndarray:
    """Red grows to the right, green downwards."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[..., 0], rgb[..., 1] = np.linspace(0, 255, width), np.linspace(0, 255, height)[:, None]
    return rgb


def test_the_region_is_one_and_a_half_boxes_cut_to_whole_pixels() -> None:
    assert region((100.0, 50.0, 140.0, 150.0)) == (90, 25, 150, 175)
    assert region((100.5, 50.0, 140.5, 149.0)) == (90, 25, 150, 173)
    assert region((0.0, 0.0, 10.6, 10.0)) == (-2, -2, 13, 12)  # towards zero: -2.65 and 13.25


@pytest.mark.parametrize(
    ("x1", "x2", "left"),
    [
        (11.000028610229492, 51.000144958496094, 1),  # a difference in float64 gives 0
        (21.514936447143555, 39.574684143066406, 16),  # a centre and a product in float32 give 17
    ],
)
def test_sides_are_float32_differences_and_the_rest_is_float64(x1: float, x2: float, left: int) -> None:
    assert region((x1, 0.0, x2, 1.0))[0] == left


@pytest.mark.parametrize("shorter_side", [192, 224])
@pytest.mark.parametrize("box", [(20.0, 30.0, 60.0, 80.0), (20.0, 30.0, 200.0, 60.0), (-30.0, 100.0, 9.0, 130.0)])
def test_pixels_have_the_size_of_the_nets_input(box: tuple[float, ...], shorter_side: int) -> None:
    x1, y1, x2, y2 = box
    pixels = face_pixels(ramp(160, 240), (x1, y1, x2, y2), mirrored=False, shorter_side=shorter_side)
    assert pixels is not None
    assert pixels.shape == (224, 192, 3)
    assert pixels.dtype == np.uint8


def test_a_box_outside_the_picture_has_no_pixels() -> None:
    assert face_pixels(ramp(80, 96), (200.0, 10.0, 240.0, 50.0), mirrored=False, shorter_side=224) is None


def test_a_crop_of_the_right_size_is_not_resized() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    box = (10 + 37.3334, 20 + 37.3334, 10 + 186.6667, 20 + 186.6667)  # 224 x 224 once it is enlarged
    left, top, right, bottom = region(box)
    assert (right - left, bottom - top) == (224, 224)
    pixels = face_pixels(rgb, box, mirrored=False, shorter_side=224)
    expected = rgb[top : top + 224, left + 16 : left + 208]
    for mirrored, columns in ((False, expected), (True, expected[:, ::-1])):
        pixels = face_pixels(rgb, box, mirrored=mirrored, shorter_side=224)
        assert pixels is not None
        assert np.array_equal(pixels, columns)


def test_what_is_too_low_is_mirrored_at_the_top_and_at_the_bottom() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (201, 192, 3), np.uint8)
    pixels = face_pixels(rgb, (0.0, 0.0, 192.0, 201.0), mirrored=False, shorter_side=192)
    assert pixels is not None
    assert np.array_equal(pixels[11:212], rgb)  # 23 rows are missing: 11 above, 12 below
    assert np.array_equal(pixels[:11], rgb[11:0:-1])
    assert np.array_equal(pixels[212:], rgb[-2:-14:-1])


def test_a_strip_of_a_face_takes_bounded_memory() -> None:
    rgb = np.zeros((4000, 8, 3), np.uint8)
    rgb[1900:2100] = 255
    pixels = face_pixels(rgb, (-500.0, -1000.0, -99.0, 5000.0), mirrored=False, shorter_side=224)
    assert pixels is not None
    assert (pixels == 255).all()


def test_normalised_is_what_imagenet_nets_take() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2, 7, 4, 5, 3), np.uint8)
    x = crop_input(pixels)
    assert x.shape == (2, 7, 3, 4, 5)
    expected = (pixels / 255 - np.array(IMAGENET_MEAN)) / np.array(IMAGENET_STD)
    assert x.numpy() == pytest.approx(np.moveaxis(expected, -1, 2), abs=1e-6)
