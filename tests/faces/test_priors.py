from __future__ import annotations

import numpy as np
import pytest

from fakefinder.faces.priors import decode_boxes

PRIOR = np.array([[0.5, 0.25, 0.2, 0.1]], np.float32)


def test_without_shift_a_box_is_its_prior() -> None:
    boxes = decode_boxes(PRIOR, np.zeros((1, 4), np.float32))
    assert boxes.dtype == np.float32
    assert boxes[0] == pytest.approx([0.4, 0.2, 0.6, 0.3])


def test_the_centre_moves_in_tenths_of_sides_and_sides_grow_by_fifths_of_an_exponent() -> None:
    shifts = np.array([[5.0, -10.0, 5 * np.log(2), 5 * np.log(3)]], np.float32)
    # Centre 0.5 + 5 * 0.1 * 0.2 = 0.6 and 0.25 - 10 * 0.1 * 0.1 = 0.15; sides 0.2 * 2 and 0.1 * 3.
    assert decode_boxes(PRIOR, shifts)[0] == pytest.approx([0.4, 0.0, 0.8, 0.3], abs=1e-6)
