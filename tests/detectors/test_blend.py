"""blend as a whole: with nets of known answers, and with the weights in the package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fakefinder.detectors.blend import Blend
from fakefinder.detectors.blend.calibration import INTERCEPT_KEY, SLOPE_KEY, Calibration
from fakefinder.detectors.blend.crops import INPUT_SIZE
from fakefinder.errors import WeightsKeysDiffer
from fakefinder.faces.crop import FaceCrop
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.nets.efficientnet_lite import efficientnet_lite0
from fakefinder.weights.store import WeightStore

LEFT, RIGHT = (10.0, 10.0, 110.0, 110.0), (150.0, 20.0, 250.0, 120.0)
SMALL = (20.0, 200.0, 50.0, 240.0)


class KnownAnswers(Blend):
    """blend with nets that always answer the same, and a finder that is given."""

    def __init__(self, finder: FaceFinder, logits: tuple[float, ...], calibrations: list[Calibration]) -> None:
        self._given = finder, logits, calibrations
        super().__init__()

    def load(self) -> None:
        self._finder, logits, self._calibrations = self._given
        self._nets = [partial(_always, logit) for logit in logits]


def _always(logit: float, x: torch.Tensor) -> torch.Tensor:
    assert x.shape[1:] == (3, INPUT_SIZE, INPUT_SIZE)
    assert -1 <= x.min() < -0.9, "the darkest pixel of noise is near the lower end"
    assert 0.9 < x.max() <= 1
    return torch.full((len(x), 1), logit)


@pytest.fixture
def detector(known_faces: Callable[..., FaceFinder]) -> Callable[..., Blend]:
    def make(
        boxes: dict[int, list[tuple[float, ...]]],
        logits: tuple[float, ...] = (1.0,),
        calibrations: list[Calibration] | None = None,
    ) -> Blend:
        return KnownAnswers(known_faces(boxes), logits, calibrations or [Calibration()] * len(logits))

    return make


@pytest.fixture
def video(memory_video: Callable[..., Any]) -> Callable[..., Any]:
    return partial(memory_video, size=(300, 260))


def test_the_score_is_calibrated_and_each_face_and_frame_has_one(detector: Any, video: Any) -> None:
    calibrations = [Calibration(2.0, -1.0), Calibration(0.5, 0.25)]
    evidence = detector({-1: [LEFT, RIGHT]}, (1.5, 3.0), calibrations).score(video(250))
    expected = 1 / (1 + exp(-((2 * 1.5 - 1) + (0.5 * 3 + 0.25)) / 2))
    assert (evidence.status, evidence.recipe) == ("scored", "two_a_second")
    assert evidence.score == pytest.approx(expected)
    assert [track.score for track in evidence.tracks] == pytest.approx([expected] * 2)
    assert [frame.score for track in evidence.tracks for frame in track.frames] == pytest.approx([expected] * 40)
    assert (evidence.coverage.frames, evidence.coverage.faces) == (20, 40)
    assert evidence.tracks[0].thumbnail is not None


def test_frames_in_the_evidence_carry_the_smoothed_scores_of_their_own_track(
    detector: Any, video: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    blend = detector({0: [LEFT, RIGHT], 1: [RIGHT, LEFT], 2: [LEFT, RIGHT]})
    by_side = {LEFT: [4.0, -4.0, 4.0], RIGHT: [-1.0, -1.0, -2.0]}

    def logits(crops: list[FaceCrop]) -> Any:
        return np.array([by_side[crop.box.xyxy][crop.frame_index] for crop in crops])

    monkeypatch.setattr(blend, "calibrated_logits", logits)
    evidence = blend.score(video(3))
    left, right = evidence.tracks
    assert [frame.box for frame in left.frames] == [LEFT] * 3
    assert [frame.score for frame in left.frames] == pytest.approx([1 / (1 + exp(-4))] * 3)
    assert [frame.score for frame in right.frames] == pytest.approx(
        [1 / (1 + exp(1)), 1 / (1 + exp(1)), 1 / (1 + exp(2))]
    )
    assert right.score == pytest.approx(1 / (1 + exp(4 / 3)))
    assert evidence.score == left.score


@pytest.mark.parametrize(
    ("boxes", "decodable", "reason", "says"),
    [
        ({}, 40, "no_face", "No face"),
        ({-1: [LEFT]}, 0, "unreadable", "No picture"),
        ({-1: [SMALL]}, 40, "face_too_small", "has 40 pixels; faces under 64 are"),
    ],
)
def test_what_cannot_be_judged_has_no_score(
    detector: Any, video: Any, boxes: Any, decodable: int, reason: str, says: str
) -> None:
    evidence = detector(boxes).score(video(40, decodable=decodable))
    assert (evidence.status, evidence.reason, evidence.score) == ("abstained", reason, None)
    assert says in evidence.message
    assert (evidence.coverage.frames if evidence.coverage else 0) == min(decodable, 16)


def test_a_small_face_beside_a_large_one_is_left_out(detector: Any, video: Any) -> None:
    evidence = detector({-1: [SMALL, LEFT]}).score(video(40))
    assert evidence.coverage.faces == 16
    assert {frame.box for track in evidence.tracks for frame in track.frames} == {LEFT}


def test_a_still_picture_is_a_recipe_of_its_own(detector: Any, video: Any) -> None:
    evidence = detector({-1: [LEFT]}).score(video(1))
    assert (evidence.status, evidence.recipe, evidence.coverage.frames) == ("scored", "still", 1)


def test_memory_does_not_grow_with_the_video(detector: Any, video: Any) -> None:
    long = video(200_000)
    detector({-1: [LEFT]}).score(long)
    assert len(long.asked) == 64


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Blend:
    """blend with the weights in the package."""
    return Blend(WeightStore(tmp_path_factory.mktemp("weights")).active("blend"))


def test_the_packaged_weights_give_what_their_nets_and_calibration_say(packaged: Blend) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (3, INPUT_SIZE, INPUT_SIZE, 3), np.uint8)
    x = torch.from_numpy(rgb).permute(0, 3, 1, 2).to(torch.float32) / 127.5 - 1
    expected = []
    for file in packaged.weights.files:
        tensors = packaged.weights.tensors(file)
        calibration = Calibration.of(tensors)
        net = efficientnet_lite0().eval()
        own = {key: value.float() for key, value in tensors.items() if not key.startswith("calibration.")}
        missing, unexpected = net.load_state_dict(own, strict=False)
        assert not unexpected
        assert all(key.endswith("num_batches_tracked") for key in missing)
        with torch.inference_mode():
            expected.append(calibration.slope * net(x)[:, 0].double().numpy() + calibration.intercept)
    crops = [FaceCrop(i, i / 2, FaceBox(LEFT, 1.0), pixels) for i, pixels in enumerate(rgb)]
    assert packaged.calibrated_logits(crops) == pytest.approx(np.mean(expected, axis=0), abs=1e-3)


def test_reports_name_the_packaged_weights(packaged: Blend, known_faces: Any, video: Any) -> None:
    packaged._finder = known_faces({-1: [LEFT]})
    evidence = packaged.score(video(20))
    assert evidence.status == "scored"
    assert evidence.weights_sha256 == packaged.weights.sha256
    assert evidence.weights_unlisted == ()


def test_weights_without_a_calibration_are_refused(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    torch.manual_seed(0)
    save_file(efficientnet_lite0().state_dict(), tmp_path / "files" / "net")
    store = WeightStore(tmp_path / "store")
    active = store.import_folder("blend", tmp_path / "files", unlisted=True)
    with pytest.raises(WeightsKeysDiffer, match=r"calibration\.slope"):
        Blend(active)


def test_an_own_version_brings_its_own_calibration(tmp_path: Path, video: Any, known_faces: Any) -> None:
    (tmp_path / "files").mkdir()
    torch.manual_seed(0)
    net = efficientnet_lite0().state_dict()
    net = {key: value for key, value in net.items() if not key.endswith("num_batches_tracked")}
    save_file(net | Calibration(0.0, 1.25).tensors(), tmp_path / "files" / "net")
    store = WeightStore(tmp_path / "store")
    blend = Blend(store.import_folder("blend", tmp_path / "files", unlisted=True))
    blend._finder = known_faces({-1: [LEFT]})
    evidence = blend.score(video(20))
    assert evidence.score == pytest.approx(1 / (1 + exp(-1.25)), abs=1e-5)
    assert evidence.weights_unlisted == ("net",)


def test_a_calibration_survives_its_file() -> None:
    tensors = Calibration(1.5, -0.25).tensors()
    assert set(tensors) == {SLOPE_KEY, INTERCEPT_KEY}
    assert Calibration.of(tensors) == Calibration(1.5, -0.25)


def test_the_recipe_does_not_depend_on_how_long_the_header_says_it_is(detector: Any, video: Any) -> None:
    asked = video(250, header=0)
    evidence = detector({-1: [LEFT]}).score(replace(asked))
    assert (evidence.recipe, evidence.coverage.frames) == ("two_a_second", 20)
