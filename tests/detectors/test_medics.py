"""medics with nets that always answer the same. Frames have 96 x 80 pixels; a cell searched is a fifth of a pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.detectors.medics import Medics
from fakefinder.detectors.medics import detector as module
from fakefinder.detectors.medics.nets import CLIP_NETS
from fakefinder.detectors.medics.scores import aggregate
from fakefinder.faces.finder import FaceFinder
from fakefinder.media.video import Frame

FACE = (20.0, 10.0, 40.0, 40.0)
OTHER = (70.0, 20.0, 90.0, 40.0)
TO_REAL, TO_FAKE = (-1.0, 1.0), (1.0, -1.0)
P_REAL, P_FAKE = 1 / (1 + np.exp(2)), 1 / (1 + np.exp(-2))


@dataclass
class Answer:
    """A net that gives the same logits for whatever it is shown, and notes that."""

    logits: tuple[float, ...]
    shown: list[torch.Tensor] = field(default_factory=list)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        self.shown.append(x)
        return torch.tensor([self.logits] * len(x))


class FixedLogits(Medics):
    """medics with such nets, and finders that are given for the first and the second search."""

    def __init__(self, finder: FaceFinder, finder_again: FaceFinder) -> None:
        self._given = finder, finder_again
        super().__init__()

    def load(self) -> None:
        self._finder, self._finder_again = self._given
        self._clip_nets = {file: Answer(TO_REAL) for file in CLIP_NETS}
        self._clip_nets["j3d_e1_l0.1374.model"] = Answer(TO_FAKE)
        self._face_net = Answer((0.0,))


SCORE = (P_FAKE + 6 * P_REAL + 0.5) / 8


@pytest.fixture
def detector(known_faces: Callable[..., FaceFinder]) -> Callable[..., FixedLogits]:
    def make(boxes: dict[int, list[Any]], again: dict[int, list[Any]] | None = None) -> FixedLogits:
        return FixedLogits(known_faces(boxes), known_faces(again or {}))

    return make


def test_the_first_hundred_frames_are_asked_for_once_and_judged(detector: Any, memory_video: Any) -> None:
    video = memory_video(150)
    evidence = detector({-1: [FACE]}).score(video)
    assert video.asked == list(range(100))
    assert (evidence.status, evidence.recipe) == ("scored", "faithful")
    assert evidence.score == pytest.approx(SCORE, abs=1e-6)
    assert (evidence.coverage.frames, evidence.coverage.to_seconds) == (99, 98 / 25)


def test_a_track_shows_the_frames_of_the_2d_net_and_then_those_searched(detector: Any, memory_video: Any) -> None:
    [track] = detector({-1: [FACE]}).score(memory_video(150)).tracks
    assert track.score == pytest.approx(SCORE, abs=1e-6)
    assert [frame.index for frame in track.frames] == [*range(32), 40, 50, 60, 70, 80, 90]
    assert [frame.score for frame in track.frames] == [0.5] * 32 + [None] * 6
    assert track.frames[-1].box == pytest.approx(FACE)
    assert track.frames[0].box == (12, 7, 47, 42)  # a side of 149 cells: int(1.2 * 149) // 2 = 89 about (149, 124)
    assert track.thumbnail.startswith(b"\xff\xd8")  # a JPEG


def test_each_clip_net_sees_the_clip_and_its_mirror_image(detector: Any, memory_video: Any) -> None:
    made = detector({-1: [FACE]})
    made.score(memory_video(45))
    for file, net in made._clip_nets.items():
        clip, mirrored = net.shown
        side = 112 if "112" in CLIP_NETS[file].takes else 224
        assert clip.shape == (1, 3, 45, side, side)
        assert torch.equal(mirrored, clip.flip(-1))
    assert len(made._face_net.shown) == 32


def test_every_region_counts_alike(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE, OTHER]}).score(memory_video(40))
    assert [track.track for track in evidence.tracks] == [0, 1]
    assert [track.score for track in evidence.tracks] == pytest.approx([SCORE, SCORE], abs=1e-6)
    assert evidence.coverage.faces == 2 * 31
    assert aggregate([(0.2, 0.6), (0.0, 1.0)]) == pytest.approx(0.45)


@pytest.mark.parametrize(("p", "score"), [(0.0, 0.001), (1.0, 0.999)])
def test_the_score_keeps_away_from_certainty(p: float, score: float) -> None:
    assert aggregate([[p]] * 8) == score


def test_a_net_that_answers_0_counts() -> None:
    assert aggregate([[0.2]] * 7 + [[0.0]]) == pytest.approx(0.175)


def test_the_lower_median_of_the_2d_net_counts(
    detector: Any, memory_video: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = detector({-1: [FACE]})
    monkeypatch.setattr(made, "probabilities", lambda _: ([0.5] * 7, [0.9, 0.1, 0.3, 0.7]))
    monkeypatch.setattr(module, "region_frames", lambda *_: [])
    assert made.score(memory_video(40)).score == pytest.approx((7 * 0.5 + 0.3) / 8)


@pytest.mark.parametrize(("header", "decodable"), [(30, 30), (40, 30), (150, 1)])
def test_under_31_frames_is_no_score_and_the_faces_are_shown(
    detector: Any, memory_video: Any, header: int, decodable: int
) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(150, header=header, decodable=decodable))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "too_short", module.TOO_SHORT)
    [track] = evidence.tracks
    assert [frame.index for frame in track.frames] == list(range(0, decodable, 10))
    assert {(frame.score, frame.box) for frame in track.frames} == {(None, FACE)}
    assert track.thumbnail


def test_31_frames_are_enough(detector: Any, memory_video: Any) -> None:
    made = detector({-1: [FACE]})
    evidence = made.score(memory_video(31))
    assert evidence.status == "scored"
    assert evidence.coverage.frames == 31
    assert [frame.index for frame in evidence.tracks[0].frames] == list(range(31))


def test_frames_that_are_missing_at_the_end_count_as_absent(detector: Any, memory_video: Any) -> None:
    made = detector({-1: [FACE]})
    evidence = made.score(memory_video(100, decodable=47))
    assert evidence.coverage.frames == 47
    assert made._clip_nets["j3d_e1_l0.1374.model"].shown[0].shape[2] == 47


def test_frames_behind_one_of_another_size_count_as_absent(detector: Any, memory_video: Any) -> None:
    @dataclass
    class Grows:
        video: Any

        def __getattr__(self, name: str) -> Any:
            return getattr(self.video, name)

        def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
            for frame in self.video.frames(indices):
                yield frame if frame.index < 35 else replace(frame, rgb=np.zeros((160, 192, 3), np.uint8))

    evidence = detector({-1: [FACE]}).score(Grows(memory_video(60)))
    assert evidence.coverage.frames == 35


def test_no_face_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "no_face", module.NO_FACE)
    assert (evidence.score, evidence.coverage.frames, evidence.tracks) == (None, 4, ())


@pytest.mark.parametrize("where", ["first", "again"])
def test_faces_that_do_not_stay_are_no_score_and_are_shown(detector: Any, memory_video: Any, where: str) -> None:
    seen = {0: [FACE], 10: [FACE], 20: [FACE]}
    evidence = (detector(seen) if where == "first" else detector({}, seen)).score(memory_video(100))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "too_few_faces", module.TOO_FEW_FACES)
    [track] = evidence.tracks
    assert (track.score, len(track.frames)) == (None, 3)


def test_where_no_region_is_found_the_same_frames_are_searched_again(detector: Any, memory_video: Any) -> None:
    video = memory_video(60)
    evidence = detector({0: [OTHER]}, {-1: [FACE]}).score(video)
    assert evidence.status == "scored"
    assert video.asked == list(range(60))
    [track] = evidence.tracks
    assert track.frames[-1].box == pytest.approx(FACE)


def test_no_frame_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


def test_a_video_without_a_frame_count_is_counted(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, header=0))
    assert (evidence.status, evidence.recipe) == ("scored", "counted")


def test_an_error_of_a_net_is_not_swallowed(detector: Any, memory_video: Any) -> None:
    made = detector({-1: [FACE]})
    made._clip_nets["i3dcutmix_e11_l0.1612.model"] = partial(torch.zeros, "not a shape")
    with pytest.raises(TypeError):
        made.score(memory_video(40))


def test_stills_are_refused_by_the_card() -> None:
    assert Medics.card.needs_video
