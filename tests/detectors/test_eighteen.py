"""eighteen from a video to its evidence, with nets whose answers are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fakefinder.detectors.eighteen import Eighteen
from fakefinder.detectors.eighteen.detector import FACE_OUTSIDE, FEW_FACES, NO_FACE, ONE_FRAME
from fakefinder.detectors.eighteen.judge import Judge, Judgement
from fakefinder.detectors.eighteen.published import CLIP_MEAN, CLIP_NETS, CLIP_STD, FRAME_NETS
from fakefinder.faces.finder import FaceFinder

FACE = (20.0, 10.0, 60.0, 60.0)
OTHER = (62.0, 30.0, 90.0, 60.0)
XCEPTION, B3 = "xcep_bgr_58000.pth.tar", "b3_rgb_50000.pth.tar"
SLOWFAST = "sf_bc_jc_44000.pth.tar"
FILES = (*CLIP_NETS, *(net.file for net in FRAME_NETS))

Net = Callable[[Tensor], Tensor]


class GivenNets(Eighteen):
    """eighteen with a finder and nets that are given."""

    def __init__(self, finder: FaceFinder, nets: Mapping[str, Net]) -> None:
        self._given = finder, nets
        super().__init__()

    def load(self) -> None:
        self._finder, nets = self._given
        self._judge = Judge(nets, device="cpu")


def always(logit: float) -> Net:
    return lambda x: torch.tensor([[0.0, logit]]).repeat(len(x), 1)


def noting(seen: list[Tensor]) -> Net:
    """Answers 0, and puts what it is asked into ``seen``."""

    def net(x: Tensor) -> Tensor:
        seen.append(x.clone())
        return always(0.0)(x)

    return net


def sigmoid(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


@pytest.fixture
def detector(known_faces: Callable[..., FaceFinder]) -> Callable[..., Eighteen]:
    """``detector({-1: [FACE]}, logit=1.0, other={file: net})``: all nets answer ``logit``, but those in ``other``."""

    def make(
        boxes: Mapping[int, Sequence[tuple[float, ...]]], logit: float = 0.0, other: Mapping[str, Net] | None = None
    ) -> Eighteen:
        nets = dict.fromkeys(FILES, always(logit)) | dict(other or {})
        return GivenNets(known_faces(boxes), nets)

    return make


def test_nets_that_agree_give_their_own_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}, logit=0.5).score(memory_video(12))
    assert (evidence.status, evidence.recipe) == ("scored", "faithful")
    assert evidence.score == pytest.approx(sigmoid(0.5), abs=1e-6)
    (track,) = evidence.tracks
    assert track.score == pytest.approx(sigmoid(0.5), abs=1e-6)
    assert [frame.index for frame in track.frames] == list(range(12))
    assert track.frames[3].box == FACE
    assert track.frames[3].time_seconds == pytest.approx(3 / 25)
    assert track.thumbnail is not None
    assert track.thumbnail.startswith(b"\xff\xd8")
    assert evidence.coverage.frames == evidence.coverage.faces == 12


def test_a_frame_has_the_weighted_mean_of_its_five_by_the_frame_nets_that_saw_it(
    detector: Any, memory_video: Any
) -> None:
    calls = iter(range(100))

    def sure_of_the_second_five(x: Tensor) -> Tensor:  # first of all crops, then of their mirror images
        return always(30.0 if next(calls) % 10 >= 5 else 0.0)(x)

    nets = {SLOWFAST: always(5.0), XCEPTION: sure_of_the_second_five}
    evidence = detector({-1: [FACE]}, other=nets).score(memory_video(12))
    scores = [frame.score for frame in evidence.tracks[0].frames]
    assert scores[:5] == pytest.approx([0.5] * 5)
    assert scores[5:10] == pytest.approx([0.5 + 0.5 * 10 / 53] * 5)  # Xception has 10 of 53
    assert scores[10:] == [None, None]


def test_frame_nets_see_some_frames_and_clip_nets_all(detector: Any, memory_video: Any) -> None:
    seen: dict[str, list[Tensor]] = {file: [] for file in FILES}
    nets = {file: noting(inputs) for file, inputs in seen.items()}
    evidence = detector({-1: [FACE]}, other=nets).score(memory_video(36))
    for file in CLIP_NETS:
        assert [tuple(x.shape) for x in seen[file]] == [(1, 3, 36, 256, 256)]
        assert seen[file][0].dtype == torch.float32
        assert seen[file][0].is_contiguous()
    for net in FRAME_NETS:
        assert [tuple(x.shape) for x in seen[net.file]] == [(1, 3, net.side, net.side)] * (30 if net.mirrors else 15)
    judged = [frame.index for frame in evidence.tracks[0].frames if frame.score is not None]
    assert judged == list(range(0, 30, 2))


def test_nets_get_the_crop_normalised_and_xception_gets_bgr(detector: Any, memory_video: Any) -> None:
    seen: dict[str, list[Tensor]] = {file: [] for file in (SLOWFAST, XCEPTION, B3)}
    nets = {file: noting(inputs) for file, inputs in seen.items()}
    video = memory_video(5, size=(256, 256))
    # The longer side times 1.3 is 299, and the frame has room for 256.
    detector({-1: [(0.0, 0.0, 230.0, 230.0)]}, other=nets).score(video)
    frame = next(iter(video.frames([0]))).rgb.astype(np.float64)
    clip = (frame / 255 - CLIP_MEAN) / CLIP_STD
    assert seen[SLOWFAST][0][0, :, 0].permute(1, 2, 0).numpy() == pytest.approx(clip, abs=1e-5)
    corner = frame[0, 0] / 255
    assert seen[XCEPTION][0][0, :, 0, 0].tolist() == pytest.approx((corner[::-1] - 0.5) / 0.5, abs=1e-5)
    imagenet = (corner - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225)
    assert seen[B3][0][0, :, 0, 0].tolist() == pytest.approx(imagenet, abs=1e-5)
    assert torch.equal(seen[XCEPTION][5], seen[XCEPTION][0].flip(-1))


def test_logits_of_mirror_images_are_averaged(
    detector: Any, memory_video: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def brighter_on_the_left(x: Tensor) -> Tensor:
        half = x.shape[-1] // 2
        difference = x[..., :half].mean() - x[..., -half:].mean()
        return torch.tensor([[0.0, 1e3 * float(difference)]])

    nets = dict.fromkeys((net.file for net in FRAME_NETS), brighter_on_the_left)
    judgements: list[Judgement] = []
    judge = Judge.judge
    monkeypatch.setattr(Judge, "judge", lambda self, face: judgements.append(judge(self, face)) or judgements[-1])  # type: ignore[func-returns-value]
    detector({-1: [FACE]}, other=nets).score(memory_video(5))
    for net in FRAME_NETS:
        answer = judgements[0].scores[net.file]
        assert (answer == pytest.approx(0.5, abs=0.01)) == net.mirrors, net.file


def test_two_faces_are_judged_where_two_are_usual(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE, OTHER], 3: [FACE]}).score(memory_video(12))
    assert [(track.track, len(track.frames)) for track in evidence.tracks] == [(0, 12), (1, 11)]
    assert evidence.coverage.faces == 23


def test_the_more_suspicious_of_two_faces_decides_and_each_has_its_own_score(detector: Any, memory_video: Any) -> None:
    calls = dict.fromkeys(FILES, 0)

    def first_face_fake(file: str) -> Net:
        per_face = {net.file: 10 if net.mirrors else 5 for net in FRAME_NETS}.get(file, 1)

        def net(x: Tensor) -> Tensor:
            calls[file] += 1
            return always(3.0 if calls[file] <= per_face else -3.0)(x)

        return net

    nets = {file: first_face_fake(file) for file in FILES}
    evidence = detector({-1: [FACE, OTHER]}, other=nets).score(memory_video(5))
    assert [track.score for track in evidence.tracks] == pytest.approx([sigmoid(3), sigmoid(-3)], abs=1e-6)
    assert evidence.score == pytest.approx(sigmoid(3), abs=1e-6)


def test_a_second_face_in_a_few_frames_is_not_judged(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE], 3: [FACE, OTHER]}).score(memory_video(12))
    assert [track.track for track in evidence.tracks] == [0]


def test_a_frame_without_the_face_is_judged_by_the_nearest_crop(detector: Any, memory_video: Any) -> None:
    without: dict[int, list[tuple[float, ...]]] = {1: [], 2: [], 10: [], 11: []}
    evidence = detector({-1: [FACE]} | without, logit=1.0).score(memory_video(12))
    (track,) = evidence.tracks
    assert [frame.index for frame in track.frames] == [0, 3, 4, 5, 6, 7, 8, 9]
    assert [frame.score for frame in track.frames] == pytest.approx([sigmoid(1)] * 8, abs=1e-6)
    assert (evidence.coverage.frames, evidence.coverage.faces) == (12, 8)


@pytest.mark.parametrize("frames", [2, 4])
def test_of_fewer_than_five_frames_the_clip_nets_alone_judge_and_the_recipe_says_so(
    detector: Any, memory_video: Any, frames: int
) -> None:
    clip_nets = dict.fromkeys(CLIP_NETS, always(1.0))
    evidence = detector({-1: [FACE]}, logit=-5.0, other=clip_nets).score(memory_video(frames))
    assert (evidence.status, evidence.recipe) == ("scored", "clip_nets_only")
    assert evidence.score == pytest.approx(sigmoid(1), abs=1e-6)
    assert [frame.score for frame in evidence.tracks[0].frames] == [None] * frames


def test_one_frame_is_not_enough(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(1))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "needs_video", ONE_FRAME)
    assert [len(track.frames) for track in evidence.tracks] == [1]


def test_no_face_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({}).score(memory_video(40))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "no_face", NO_FACE)
    assert (evidence.coverage.frames, evidence.tracks) == (40, ())


def test_a_face_in_a_minority_of_the_frames_is_shown_and_gets_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({i: [FACE] for i in range(4)}).score(memory_video(9))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "no_face", FEW_FACES)
    (track,) = evidence.tracks
    assert track.score is None
    assert [(frame.index, frame.score) for frame in track.frames] == [(i, None) for i in range(4)]


def test_a_face_outside_the_picture_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [(200.0, 10.0, 240.0, 60.0)]}).score(memory_video(8))
    assert (evidence.status, evidence.reason, evidence.message) == ("abstained", "face_outside", FACE_OUTSIDE)


def test_no_frame_is_no_score(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(40, decodable=0))
    assert (evidence.status, evidence.reason) == ("abstained", "unreadable")


def test_a_header_without_a_count_is_a_variant(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(20, header=0))
    assert (evidence.status, evidence.recipe) == ("scored", "counted")


def test_frames_are_asked_for_once_and_as_many_however_long_the_video_is(detector: Any, memory_video: Any) -> None:
    video = memory_video(100_000, decodable=3000)
    evidence = detector({-1: [FACE]}).score(video)
    assert video.asked == list(range(0, 100_000, 625))
    assert evidence.coverage.frames == 5


@pytest.mark.parametrize("file", [SLOWFAST, XCEPTION])
def test_an_answer_that_is_no_number_fails_the_detector(detector: Any, memory_video: Any, file: str) -> None:
    with pytest.raises(ArithmeticError, match=file):
        detector({-1: [FACE]}, other={file: always(float("nan"))}).score(memory_video(12))


@pytest.mark.parametrize("file", [SLOWFAST, XCEPTION])
def test_a_net_that_fails_fails_the_detector(detector: Any, memory_video: Any, file: str) -> None:
    def broken(x: Tensor) -> Tensor:
        raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        detector({-1: [FACE]}, other={file: broken}).score(memory_video(12))
