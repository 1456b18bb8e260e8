"""Hand-made boxes. One cell of the picture that is searched is two pixels of the frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from fakefinder.detectors.medics.labels import label
from fakefinder.detectors.medics.regions import Grid, Region, find_regions
from fakefinder.faces.finder import FaceBox

GRID = Grid(rows=30, columns=40, to_frame=2.0)
Cells = tuple[float, float, float, float]
FACE: Cells = (10, 10, 20, 20)
OTHER: Cells = (30, 10, 35, 25)


def regions_of(*faces: Sequence[Cells], confidences: Sequence[float] = (0.9,) * 9) -> list[Region]:
    boxes = [
        [FaceBox((2 * a, 2 * b, 2 * c, 2 * d), p) for (a, b, c, d), p in zip(cells, confidences, strict=False)]
        for cells in faces
    ]
    return find_regions(boxes, GRID)


@pytest.mark.parametrize("density", [0.03, 0.08, 0.15, 0.3, 0.6])
def test_parts_are_numbered_as_scikit_image_numbers_them(density: float) -> None:
    measure = pytest.importorskip("skimage.measure")
    rng = np.random.default_rng(0)
    for _ in range(60):
        volume = rng.random(rng.integers(1, (7, 14, 14))) < density
        assert np.array_equal(label(volume), measure.label(volume))


def test_no_volume_has_no_parts() -> None:
    assert label(np.zeros((3, 4, 5), np.bool_)).max() == 0


def test_a_face_in_four_searched_frames_is_a_region() -> None:
    [region] = regions_of([FACE], [FACE], [FACE], [FACE])
    assert region.frames == range(39)
    assert region.rectangle == (20, 20, 38, 38)  # the last cell is number 19
    assert region.box(0) == (20, 20, 40, 40)


def test_three_searched_frames_are_too_few() -> None:
    assert regions_of([], [FACE], [FACE], [FACE], []) == []
    assert regions_of([FACE], [FACE], [FACE]) == []


def test_a_region_begins_where_its_face_is_first_seen() -> None:
    [region] = regions_of([], [], [FACE], [FACE], [FACE], [FACE], [FACE], [])
    assert region.frames == range(20, 69)


def test_ten_searched_frames_end_before_frame_99() -> None:
    [region] = regions_of(*[[FACE]] * 10)
    assert region.frames == range(99)


def test_the_rectangle_holds_the_face_in_all_searched_frames() -> None:
    [region] = regions_of([FACE], [(12, 8, 22, 18)], [FACE], [FACE])
    assert region.rectangle == (20, 16, 42, 38)
    assert region.box(1) == (24, 16, 44, 36)


def test_boxes_are_rounded_towards_zero() -> None:
    [region] = regions_of(*[[(10.9, 10.9, 20.9, 20.9)]] * 4)
    assert region.rectangle == (20, 20, 38, 38)


def test_a_whole_number_of_cells_survives_the_way_through_frame_pixels() -> None:
    """0.1 * 3 / 0.1 and the like lie below the whole number that the finder gave."""
    to_frame = 1 / (480 / 854)
    below = next(n for n in range(1, 400) if int(n * to_frame / to_frame) < n)
    box = FaceBox((below * to_frame, 10 * to_frame, (below + 5) * to_frame, 20 * to_frame), 0.9)
    [region] = find_regions([[box]] * 4, Grid(rows=30, columns=480, to_frame=to_frame))
    assert int(np.flatnonzero(region.mask[0].any(axis=0))[0]) == below


def test_a_frame_without_any_face_is_filled_with_what_its_neighbours_share() -> None:
    [region] = regions_of([FACE], [FACE], [], [(14, 10, 24, 20)])
    assert region.frames == range(39)
    assert region.box(2) == (28, 20, 40, 40)


def test_a_filled_frame_helps_to_fill_no_second_one() -> None:
    """The frame behind the first gap is empty, and so is what it shares with any other."""
    assert regions_of([FACE], [FACE], [], [], [FACE], [FACE]) == []


def test_the_first_and_last_frame_are_not_filled() -> None:
    assert regions_of([], [FACE], [FACE], [FACE], []) == []


def test_another_face_in_the_frame_keeps_the_gap_open() -> None:
    [region] = regions_of([FACE, OTHER], [FACE, OTHER], [OTHER], [FACE, OTHER])
    assert region.rectangle[0] == 60


def test_faces_that_touch_at_a_corner_are_one_region() -> None:
    beside: Cells = (20, 20, 25, 25)
    [region] = regions_of(*[[FACE, beside]] * 4)
    assert region.rectangle == (20, 20, 48, 48)
    apart: Cells = (21, 21, 26, 26)
    assert len(regions_of(*[[FACE, apart]] * 4)) == 2


def test_regions_come_by_descending_confidence_and_of_equal_ones_the_later_first() -> None:
    first = [regions_of(*[[FACE, OTHER]] * 4, confidences=p)[0].rectangle[0] for p in ((0.9, 0.8), (0.8, 0.9))]
    assert first == [20, 60]
    assert regions_of(*[[FACE, OTHER]] * 4)[0].rectangle[0] == 60


def test_filled_cells_count_as_confidence_0() -> None:
    regions = regions_of([FACE, OTHER], [FACE, OTHER], [], [FACE, OTHER], confidences=(0.9, 0.8))
    assert [region.rectangle[0] for region in regions] == [20, 60]
    longer = regions_of([FACE], [FACE, OTHER], [], [FACE, OTHER], [FACE, OTHER], confidences=(0.9, 0.91))
    assert [region.rectangle[0] for region in longer] == [20, 60]  # 0.9 * 4 / 5 against 0.91 * 3 / 4


def test_a_face_that_crosses_the_top_or_left_border_marks_nothing() -> None:
    """Negative numbers count from the far end, as in the published system."""
    assert regions_of(*[[(-1, 10, 9, 20)]] * 4) == []
    assert regions_of(*[[(10, -1, 20, 9)]] * 4) == []
    [region] = regions_of(*[[(35, 25, 45, 35)]] * 4)
    assert region.rectangle == (70, 50, 78, 58)


def test_squares_follow_the_face_in_ten_steps_from_one_searched_frame_to_the_next() -> None:
    """The box 10 .. 19 moves by 9 cells, a cell a step; its side of 9 makes int(1.2 * 9) // 2 = 5 cells each way."""
    [region] = regions_of([FACE], [(19, 10, 29, 20)], [(19, 10, 29, 20)], [(19, 10, 29, 20)])
    squares = region.squares()
    assert squares.shape == (30, 4)
    centres = [14 + step for step in range(10)] + [23] * 20  # 14.5 and 23.5, rounded down
    assert squares[:, 0].tolist() == [2 * (centre - 5) for centre in centres]
    assert squares[:, 2].tolist() == [2 * (centre + 5) for centre in centres]
    assert squares[:, 1].tolist() == [2 * (14 - 5)] * 30


def test_the_side_is_the_90th_percentile_of_widths_and_heights() -> None:
    """Eight sides: seven of 9 and one of 14; the percentile lies three tenths of the way: 10.5, and int(12.6) // 2."""
    [region] = regions_of([FACE], [FACE], [FACE], [(10, 10, 25, 20)])
    left, _, right, _ = region.squares()[0]
    assert right - left == 2 * 2 * 6


def test_a_square_beyond_a_border_is_moved_inside() -> None:
    [corner] = regions_of(*[[(0, 0, 11, 11)]] * 4)
    assert corner.squares()[0].tolist() == [0, 0, 24, 24]
    [opposite] = regions_of(*[[(29, 19, 40, 30)]] * 4)
    assert opposite.squares()[0].tolist() == [80 - 24, 60 - 24, 80, 60]


def test_a_square_larger_than_the_picture_is_cut_off() -> None:
    """The published system has an empty crop there and loses its 2-D net."""
    [region] = regions_of(*[[(2, 0, 38, 30)]] * 4)
    left, top, right, bottom = region.squares()[0].tolist()
    assert (left, top, right, bottom) == (0, 0, 80, 60)


def test_joined_faces_have_squares_from_the_first_to_the_last_cell_in_raster_order() -> None:
    """Not the bounds: the first cell is at the top of the right-hand face, the last at the bottom of the other."""
    [region] = regions_of(*[[(18, 5, 28, 15), (10, 10, 20, 25)]] * 4)
    left, top, right, bottom = region.squares()[0].tolist()
    assert (left + right) / 4 == int((18 + 19) / 2)
    assert (top + bottom) / 4 == int((5 + 24) / 2)
