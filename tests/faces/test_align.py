"""similarity gives scikit-image's transform, on which the published system rests, and says where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.transform import SimilarityTransform

from fakefinder.faces.align import aligned, similarity

WANTED = np.array([(122.5, 141.25), (197.5, 141.25), (160, 178.75), (137.5, 225.25), (182.5, 225.25)])


def theirs(points: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    return np.asarray(SimilarityTransform.from_estimate(points, wanted).params)[:2]


def test_a_known_transform_is_found() -> None:
    """A quarter turn, twice the size, 3 to the right and 5 down."""
    points = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 2.0)])
    matrix = similarity(points, np.array([(3.0, 5.0), (3.0, 7.0), (-1.0, 7.0)]))
    assert matrix == pytest.approx(np.array([(0.0, -2.0, 3.0), (2.0, 0.0, 5.0)]), abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_equal_to_scikit_image(seed: int) -> None:
    """For points at random, of which half are nearer to a mirror image, and of whole numbers as landmarks are."""
    points = np.random.default_rng(seed).integers(0, 1000, (5, 2)).astype(np.float64)
    assert similarity(points, WANTED) == pytest.approx(theirs(points, WANTED), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0), (10, 0), (20, 0), (30, 0), (40, 0)],
        [(7, 3), (7, 5), (7, 1), (7, 9), (7, 9)],
        [(5, 5), (5, 5), (5, 5), (5, 5), (6, 7)],
        [(10, 30), (20, 20), (15, 25), (30, 10), (25, 15)],
    ],
)
def test_equal_to_scikit_image_for_points_on_a_line(points: list[tuple[int, int]]) -> None:
    given = np.array(points, np.float64)
    assert similarity(given, WANTED) == pytest.approx(theirs(given, WANTED), rel=1e-9, abs=1e-9)


def test_a_mirror_image_is_not_reflected_back() -> None:
    matrix = similarity(WANTED * (-1, 1), WANTED)
    assert matrix is not None
    assert np.linalg.det(matrix[:, :2]) > 0


def test_points_that_are_all_equal_have_no_similarity() -> None:
    assert similarity(np.full((5, 2), 7.0), WANTED) is None


def test_the_picture_is_moved_and_black_outside() -> None:
    rgb = np.zeros((20, 30, 3), np.uint8)
    rgb[4, 6] = (10, 20, 30)
    moved = aligned(rgb, np.array([(1.0, 0.0, 2.0), (0.0, 1.0, -3.0)]), 25)
    assert moved.shape == (25, 25, 3)
    assert moved[1, 8].tolist() == [10, 20, 30]
    assert np.count_nonzero(moved) == 3
    white = aligned(np.full((20, 30, 3), 255, np.uint8), np.array([(1.0, 0.0, -10.0), (0.0, 1.0, 0.0)]), 25)
    assert (white[:20, :20] == 255).all()
    assert not white[20:].any()
    assert not white[:, 20:].any()
