"""eighteen's rules from logits to the score; expected values by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fakefinder.detectors.eighteen.published import CLIP_NETS, FRAME_NETS
from fakefinder.detectors.eighteen.scores import (
    Judged,
    combined,
    drawn_in,
    face_score,
    group_probabilities,
    judged_positions,
    over_faces,
    video_score,
    weighted,
)


def p(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


@pytest.mark.parametrize(
    ("frames", "positions"),
    [
        (4, []),
        (5, [0, 1, 2, 3, 4]),
        (9, [0, 1, 2, 3, 4]),
        (35, list(range(35))),
        (36, list(range(0, 30, 2))),  # 18 frames, of which 15 make whole groups
        (150, list(range(0, 150, 5))),
        (160, list(range(0, 150, 5))),
    ],
)
def test_frame_nets_see_up_to_35_frames_in_whole_groups_of_five(frames: int, positions: list[int]) -> None:
    assert judged_positions(frames) == positions


def test_logits_are_averaged_before_the_softmax() -> None:
    logits = torch.tensor([[0.0, 10.0]] + [[0.0, 0.0]] * 4 + [[1.0, 1.0]] * 5)
    assert group_probabilities(logits) == pytest.approx([1 / (1 + np.exp(-2)), 0.5], abs=1e-6)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (p(0.9, 0.9, 0.95, 0.1), (0.9 + 0.9 + 0.95) / 3),  # 3 of 4 are above 0.85
        (p(0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5, 0.5), 0.78),  # 0.7 is not above 0.7
        (p(0.1, 0.05, 0.1, 0.9), 0.25 / 3),
        (p(0.1, 0.1, 0.9, 0.9), 0.5),
        (p(0.5), 0.5),
        (p(0.85, 0.15), 0.5),
    ],
)
def test_a_face_counts_by_the_groups_that_a_net_is_sure_of_where_they_are_enough(
    groups: np.ndarray, expected: float
) -> None:
    assert face_score(groups) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([0.1, 0.95], 0.95),
        ([0.61, 0.8], 0.8),
        ([0.1, 0.39], 0.1),
        ([0.1, 0.9], 0.5),  # 0.9 is not above 0.9
        ([0.6, 0.7], 0.65),
        ([0.1, 0.4], 0.25),
        ([0.5], 0.5),
    ],
)
def test_faces_count_by_the_highest_the_lowest_or_the_mean(scores: list[float], expected: float) -> None:
    assert over_faces(scores) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0.98, 0.9608), (1.0, 0.98), (0.979, 0.979), (0.02, 0.0392), (0.0, 0.02), (0.021, 0.021)],
)
def test_extreme_scores_are_drawn_in(score: float, expected: float) -> None:
    assert drawn_in(score) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("nets", "expected"),
    [
        ([(0.9, 1), (0.95, 3), (0.9, 1), (0.1, 10)], (0.9 + 3 * 0.95 + 0.9) / 5),
        ([(0.1, 1), (0.05, 3), (0.1, 1), (0.9, 10)], (0.1 + 3 * 0.05 + 0.1) / 5),
        ([(0.9, 1), (0.9, 1), (0.1, 2)], 0.5),  # two thirds are not enough
        ([(0.8, 1), (0.8, 1), (0.5, 2)], 0.65),  # 0.8 is not above 0.8
        ([(0.2, 1), (0.2, 1), (0.2, 1), (0.6, 1)], 0.3),
    ],
)
def test_nets_count_by_what_they_are_sure_of_where_they_are_enough(
    nets: list[tuple[float, float]], expected: float
) -> None:
    assert weighted([Judged(*net) for net in nets]) == pytest.approx(expected)


def test_the_kinds_of_nets_count_two_to_three() -> None:
    clips, frames = [Judged(0.5, 10)], [Judged(0.25, 1)]
    assert combined(clips, frames) == pytest.approx(0.4 * 0.5 + 0.6 * 0.25)
    assert combined(clips, []) == pytest.approx(0.5)
    assert combined([], frames) == pytest.approx(0.25)


def test_the_weights_are_the_published_ones() -> None:
    assert list(CLIP_NETS.values()) == [10, 8, 4, 8]
    assert [net.weight for net in FRAME_NETS] == [10, 6, 4, 10, 8, 8, 7]


def every_net(score: float) -> dict[str, float]:
    return dict.fromkeys([*CLIP_NETS, *(net.file for net in FRAME_NETS)], score)


def test_each_net_settles_the_faces_before_the_nets_are_weighted() -> None:
    # Over the faces, the first SlowFast net has the mean 0.5 and all others the lowest, 0.3.
    first = next(iter(CLIP_NETS))
    faces = [every_net(0.3) | {first: 0.1}, every_net(0.35) | {first: 0.9}]
    assert video_score(faces) == pytest.approx(0.4 * (10 * 0.5 + 20 * 0.3) / 30 + 0.6 * 0.3)


def test_two_of_the_frame_nets_draw_extreme_scores_in() -> None:
    # B3 and ResNet-34, weights 6 and 4 of 53, give 0.98 instead of 1.
    assert video_score([every_net(1.0)]) == pytest.approx(0.4 + 0.6 * (43 + 10 * 0.98) / 53)


def test_without_frame_nets_the_clip_nets_decide() -> None:
    assert video_score([dict.fromkeys(CLIP_NETS, 0.25)]) == pytest.approx(0.25)
