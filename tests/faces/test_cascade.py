"""The stages of MTCNN: sizes of the pyramid, and what happens where there is little to see."""

import numpy as np
import pytest

from fakefinder.faces import cascade
from fakefinder.faces.area import PixelSums
from fakefinder.faces.cascade import Cascade, pyramid


def sizes(height: int, width: int, factor: float) -> list[tuple[int, int]]:
    return [level[1:] for level in pyramid(height, width, factor=factor, min_face_px=20)]


def test_pyramid_of_full_hd() -> None:
    assert sizes(1080, 1920, 0.6) == [
        *((649, 1153), (389, 692), (234, 415), (140, 249)),
        *((84, 150), (51, 90), (31, 54), (19, 33)),
    ]


@pytest.mark.parametrize(
    ("height", "width", "factor", "levels", "largest"),
    [(540, 960, 0.709, 10, (325, 577)), (270, 480, 0.71, 8, (163, 289))],
)
def test_pyramid_of_smaller_pictures(
    height: int, width: int, factor: float, levels: int, largest: tuple[int, int]
) -> None:
    found = sizes(height, width, factor)
    assert (len(found), found[0], found[-1]) == (levels, largest, (15, 27))


@pytest.mark.parametrize(("shorter", "levels"), [(19, 0), (20, 1)])
def test_pyramid_is_empty_below_the_smallest_face(shorter: int, levels: int) -> None:
    assert len(sizes(shorter, 1000, 0.6)) == levels


@pytest.fixture(scope="module")
def eager() -> Cascade:
    """Takes every proposal of P-Net as a candidate."""
    return Cascade((0.0, 0.0, 0.0), factor=0.6, min_face_px=20, device="cpu")


def test_a_picture_smaller_than_any_face_has_none(eager: Cascade) -> None:
    faces = eager.find(np.zeros((10, 10, 3), np.uint8))
    assert (faces.xyxy.shape, faces.scores.shape, faces.landmarks.shape) == ((0, 4), (0,), (0, 5, 2))


def test_boxes_without_pixels_in_the_picture_are_dropped_with_their_crops(eager: Cascade) -> None:
    sums = PixelSums(np.full((50, 80, 3), 90, np.uint8))
    outside = [[-30, 5, -2, 20], [5, 52, 30, 70], [95, 10, 99, 20]]
    xyxy = np.array([outside[0], [10, 10, 34, 34], *outside[1:], [-5, -5, 300, 300]], np.float32)
    kept, (scores, shifts) = cascade._judge(eager._r_net, sums, xyxy, 24)
    np.testing.assert_array_equal(kept, xyxy[[1, 4]])
    assert scores.shape == (2,)
    assert shifts.shape == (2, 4)


def test_no_face_when_every_proposal_is_outside_the_picture(eager: Cascade) -> None:
    sums = PixelSums(np.full((50, 80, 3), 90, np.uint8))
    outside = np.array([[-30, 5, -2, 20], [5, 52, 30, 70]], np.float32)
    assert eager._refine(sums, outside).shape == (0, 4)
    assert len(eager._settle(sums, outside).scores) == 0


def test_many_parts_are_judged_as_few_are(eager: Cascade, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    sums = PixelSums(rng.integers(0, 256, (90, 120, 3), np.uint8))
    corner = rng.uniform(-10, 80, (11, 2))
    xyxy = np.concatenate([corner, corner + 25], axis=1).astype(np.float32)
    kept, at_once = cascade._judge(eager._o_net, sums, xyxy, 48)
    monkeypatch.setattr(cascade, "PARTS_A_CALL", 4)
    in_parts = cascade._judge(eager._o_net, sums, xyxy, 48)[1]
    assert len(kept) > 8
    assert [part.shape for part in at_once] == [(len(kept),), (len(kept), 4), (len(kept), 10)]
    for a, b in zip(at_once, in_parts, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)
