from __future__ import annotations

import cv2
import numpy as np

from fakefinder.detectors.medics.cutting import clip_frame, cut, face
from fakefinder.detectors.medics.regions import Grid, find_regions
from fakefinder.faces.finder import FaceBox
from fakefinder.media.aside import FramesAside
from fakefinder.media.video import Frame


def test_a_clip_frame_lies_at_the_top_left_of_black() -> None:
    """128 x 64 pixels become 256 x 128; 16 are cut off on each side of the square."""
    rgb = np.full((200, 300, 3), 9, np.uint8)
    rgb[20:84, 30:158] = 200
    pixels = clip_frame(rgb, (30, 20, 157, 83))
    assert pixels.shape == (224, 224, 3)
    assert (pixels[: 128 - 16 - 1] == 200).all()
    assert (pixels[128 - 16 + 1 :] == 0).all()


def test_a_clip_frame_of_256_pixels_is_not_resized() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    assert np.array_equal(clip_frame(rgb, (0, 0, 255, 255)), rgb[16:240, 16:240])


def test_clip_frames_are_rounded_down() -> None:
    rgb = np.zeros((128, 128, 3), np.uint8)
    rgb[:, 64:] = 1
    pixels = clip_frame(rgb, (0, 0, 127, 127))  # enlarged twice: 0, 0.25, 0.75, 1 across the edge
    assert pixels[0, :, 0].tolist() == [0] * 113 + [1] * 111


def test_every_other_face_is_mirrored_from_the_first_on() -> None:
    aside = FramesAside()
    rng = np.random.default_rng(0)
    for index in range(40):
        aside.put(Frame(index, index / 25, rng.integers(0, 256, (80, 96, 3), np.uint8)))
    [region] = find_regions([[FaceBox((20.0, 10.0, 40.0, 40.0), 0.9)]] * 4, Grid(80, 96, 1.0))
    crops = cut(region, aside, 40)
    assert [crop.frame_index for crop in crops.faces] == list(range(30))  # three steps of ten squares
    assert crops.clip.shape == (39, 224, 224, 3)
    for place, crop in enumerate(crops.faces[:4]):
        left, top, right, bottom = region.squares()[place]
        square = aside.get(place).rgb[top:bottom, left:right]
        expected = cv2.resize(square, (256, 256), interpolation=cv2.INTER_CUBIC)
        assert np.array_equal(crop.rgb, expected[:, ::-1] if place % 2 == 0 else expected)


def test_squares_of_unequal_sides_are_resized_each_on_its_own() -> None:
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 256, (80, 96, 3), np.uint8))
    for ltrb in ((3, 4, 33, 34), (3, 4, 34, 34)):
        assert face(frame, ltrb, mirrored=False).rgb.shape == (256, 256, 3)
