"""The detector keeps FakeFinder's contract, and measures what it says."""

import cv2
import numpy as np
import pytest
from fakefinder_sharpness import softness

from fakefinder.detectors.check import breaches, check_detector
from fakefinder.detectors.registry import detector_class
from fakefinder.faces.finder import FaceBox

BOX = FaceBox((40, 40, 80, 80), confidence=1.0)


def test_contract() -> None:
    assert not breaches(check_detector(detector_class("sharpness")))


def test_a_blurred_face_is_softer_than_its_surroundings() -> None:
    even = np.random.default_rng(0).integers(0, 256, (120, 120, 3), np.uint8)
    blurred = even.copy()
    blurred[40:80, 40:80] = cv2.GaussianBlur(even[40:80, 40:80], (0, 0), 3)
    assert softness(even, BOX) == pytest.approx(0.5, abs=0.05)
    assert (softness(blurred, BOX) or 0) > 0.8


def test_a_flat_picture_says_nothing() -> None:
    assert softness(np.zeros((120, 120, 3), np.uint8), BOX) is None
