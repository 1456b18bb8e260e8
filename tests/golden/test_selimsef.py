"""selimsef against reference numbers of the published system with synthetic weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fakefinder.detectors.crops import GatheredCrops, gather, run_nets, up_to_gap
from fakefinder.detectors.normalise import normalised
from fakefinder.detectors.selimsef import (
    CROPS,
    FILES,
    FRAMES,
    INPUT_SIZE,
    Selimsef,
    aggregate,
    confident_mean,
    cut,
    half_size_finder,
    timm_key,
)
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media import open_video
from fakefinder.media.sample import before_repeat, spread
from fakefinder.nets.compile import compile_net
from fakefinder.nets.efficientnet import efficientnet
from fakefinder.weights.load import load_strict
from fakefinder.weights.store import WeightStore

VIDEOS = ("short20", "noface40", "partial60", "partialb60", "c48", "two40")

# The synthetic B7 nets amplify float noise without bound on some faces. Measured with PyTorch alone, same crops,
# same net: one crop at a time against nine together changes P(fake) by 0.12 (net 1) and a logit from 2.5 to -68
# (net 5, short20); the score of partial60 moves by 2.6e-3, and nine together, as in the reference, is 2.2e-3 from it.
# So a float32 tolerance means something only where a net is stable; published weights have no such gain.
P_TOLERANCE = {
    "short20": (1e-3, np.inf, 1e-2, 1e-3, 1e-3, np.inf, 1e-3),
    "partial60": (1e-3, np.inf, 5e-2, 1e-3, 1e-2, np.inf, 1e-2),
    "partialb60": (1e-3, 1e-3, 1e-2, 1e-3, 1e-3, 1e-3, 1e-3),
}
"""Of P(fake), for each net; infinite where the reference does not agree with itself."""
SCORE_TOLERANCE = {"partial60": 2e-2, "partialb60": 1e-3}
"""Measured through OpenVINO: 9.3e-3 and 1.5e-4."""


@pytest.fixture(scope="module")
def store(synthetic_store: Callable[[str], WeightStore]) -> WeightStore:
    return synthetic_store("selimsef")


@pytest.fixture(scope="module")
def detector(store: WeightStore) -> Selimsef:
    return Selimsef(store.active("selimsef"))


class _WithoutNets(Selimsef):
    """selimsef for videos that its nets never see."""

    def load(self) -> None:
        self._finder = half_size_finder(self.device)


@pytest.fixture(scope="module")
def detector_without_nets(store: WeightStore) -> Selimsef:
    return _WithoutNets(store.active("selimsef"))


@pytest.fixture(scope="module")
def finder() -> FaceFinder:
    return half_size_finder("cpu")


@dataclass(frozen=True)
class Case:
    name: str
    expected: dict[str, Any]
    frame_count: int
    boxes: list[list[FaceBox]]
    seen: GatheredCrops


Look = Callable[[str], Case]


@pytest.fixture(scope="module")
def look(golden: Path, finder: FaceFinder, reference: Callable[[str, str], Any]) -> Look:
    """``look("c48")``: a video with what the published system made of it, and what is made of it here."""

    @cache
    def at(name: str) -> Case:
        with open_video(golden / "videos" / f"{name}.mp4") as video:
            count = video.info.frame_count_from_header
            indices = before_repeat(spread(count, FRAMES))
            seen = gather(video, up_to_gap(video.frames(indices), indices), finder, cut, limit=CROPS)
            boxes: list[Any] = [video.memo[finder.key, index] for index in indices]
        return Case(name, reference("selimsef", "preprocess")[name], count, boxes, seen)

    return at


@pytest.fixture(params=VIDEOS)
def case(request: pytest.FixtureRequest, look: Look) -> Case:
    return look(request.param)


def test_frame_indices(case: Case) -> None:
    assert case.frame_count == case.expected["frame_count"]
    assert spread(case.frame_count, FRAMES) == case.expected["requested_indices"]
    assert before_repeat(spread(case.frame_count, FRAMES)) == case.expected["read_indices"]
    assert len(case.seen.times) == len(case.expected["read_indices"])


def test_boxes(case: Case) -> None:
    for boxes, expected in zip(case.boxes, case.expected["mtcnn_boxes_half_res"], strict=True):
        in_half_size = np.array([box.xyxy for box in boxes]) / 2
        assert in_half_size == pytest.approx(np.array(expected or []), abs=0.01)
    for boxes, expected in zip(case.boxes, case.expected["mtcnn_probs"], strict=True):
        assert [box.confidence for box in boxes] == pytest.approx(expected or [], abs=1e-4)


def test_crop_pixels(case: Case, golden: Path) -> None:
    assert len(case.seen.crops) == case.expected["n_faces"]
    if case.name == "noface40":
        return
    with np.load(golden / "selimsef" / f"crops_{case.name}.npz") as stored:
        first, small = stored["first_380_rgb"], stored["thumbs_64_rgb"]
    assert _share_within_one_level(case.seen.crops[0].rgb, first) >= 0.999
    crops = case.seen.crops[: len(small)]
    ours = np.stack([cv2.resize(crop.rgb, (64, 64), interpolation=cv2.INTER_AREA) for crop in crops])
    assert _share_within_one_level(ours, small) >= 0.999


def test_aggregation(reference: Callable[[str, str], Any]) -> None:
    cases = [case for case in reference("selimsef", "aggregation") if isinstance(case["per_model_probs"], list)]
    assert len(cases) == 20
    for case in cases:
        p = [np.array(of_one_net, np.float32) for of_one_net in case["per_model_probs"]]
        assert [confident_mean(q) for q in p] == pytest.approx(case["per_model_strategy"], abs=1e-6), case["name"]
        assert aggregate(np.stack(p)) == pytest.approx(case["score"], abs=1e-6), case["name"]


def test_logits_of_one_net(store: WeightStore, look: Look) -> None:
    case = look("partialb60")
    net = efficientnet("b7", 1)
    load_strict(net, store.active("selimsef").tensors(FILES[1]), rename=timm_key, ignore=("encoder.classifier.*",))
    logits = run_nets(
        [compile_net(net, "cpu", (3, INPUT_SIZE, INPUT_SIZE))], case.seen.crops, normalised, device="cpu"
    )[0, :, 0].numpy()
    p = np.array(case.expected["per_model_probs"][1])
    expected = np.log(p / (1 - p))
    # Relative to the net's largest logit; measured 1.6e-5.
    assert np.abs(logits - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["short20", "partial60", "partialb60"])
def test_probabilities(name: str, detector: Selimsef, look: Look) -> None:
    case = look(name)
    differences = np.abs(detector.probabilities(case.seen.crops) - np.array(case.expected["per_model_probs"]))
    for net, tolerance in enumerate(P_TOLERANCE[name]):
        assert differences[net].max() <= tolerance, FILES[net]


def test_end_to_end_without_a_score(
    golden: Path, detector_without_nets: Selimsef, reference: Callable[[str, str], Any]
) -> None:
    expected = reference("selimsef", "e2e")["scores"]
    for name, reason in (("noface40", "no_face"), ("short20", "too_short")):
        assert expected[name] == 0.5  # what the published system answers where it has no score
        with open_video(golden / "videos" / f"{name}.mp4") as video:
            evidence = detector_without_nets.score(video)
        assert (evidence.status, evidence.reason, evidence.score) == ("abstained", reason, None)


@pytest.mark.slow
@pytest.mark.parametrize("name", SCORE_TOLERANCE)
def test_end_to_end(name: str, golden: Path, detector: Selimsef, reference: Callable[[str, str], Any]) -> None:
    with open_video(golden / "videos" / f"{name}.mp4") as video:
        evidence = detector.score(video)
    assert evidence.status == "scored"
    assert evidence.score == pytest.approx(reference("selimsef", "e2e")["scores"][name], abs=SCORE_TOLERANCE[name])
    assert len(evidence.weights_unlisted) == 7


def _share_within_one_level(ours: np.ndarray, expected: np.ndarray) -> float:
    assert ours.shape == expected.shape
    return float((np.abs(ours.astype(int) - expected.astype(int)) <= 1).mean())
