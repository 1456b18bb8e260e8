"""Which of many overlapping boxes stay."""

import numpy as np

from fakefinder.faces.overlap import keep_by_iou, keep_by_smaller_area

HALVES = np.array([[0, 0, 10, 10], [0, 0, 10, 5], [20, 0, 30, 10]], np.float32)
"""The second is the upper half of the first: IoU 0.5, and all of the smaller one."""


def scores(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_by_iou_a_box_goes_only_above_the_limit() -> None:
    assert keep_by_iou(HALVES, scores(0.8, 0.7, 0.9), 0.5).tolist() == [2, 0, 1]
    assert keep_by_iou(HALVES, scores(0.8, 0.7, 0.9), 0.49).tolist() == [2, 0]


def test_by_iou_the_first_of_equals_stays() -> None:
    same = np.repeat(HALVES[:1], 3, axis=0)
    assert keep_by_iou(same, scores(0.5, 0.5, 0.5), 0.7).tolist() == [0]


def test_by_smaller_area_a_box_inside_another_goes() -> None:
    assert keep_by_smaller_area(HALVES, scores(0.7, 0.8, 0.9), 0.7).tolist() == [2, 1]


def test_by_smaller_area_corners_belong_to_the_box() -> None:
    touching = np.array([[0, 0, 9, 9], [9, 0, 18, 9]], np.float32)
    assert keep_by_smaller_area(touching, scores(0.9, 0.8), 0.101).tolist() == [0, 1]
    assert keep_by_smaller_area(touching, scores(0.9, 0.8), 0.099).tolist() == [0]


def test_by_smaller_area_the_last_of_equals_stays() -> None:
    same = np.repeat(HALVES[:1], 3, axis=0)
    assert keep_by_smaller_area(same, scores(1, 1, 1), 0.7).tolist() == [2]


def test_no_boxes() -> None:
    for keep in (keep_by_iou, keep_by_smaller_area):
        assert keep(np.zeros((0, 4), np.float32), scores(), 0.7).tolist() == []
