"""wm against reference numbers of the published system with synthetic weights.

Its face net's weights are not public, so the reference has the faces that another RetinaFace found; they are given
to the detector as they were to the published system. The face net itself is in ``test_retinaface.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from fakefinder.detectors.crops import GatheredCrops, gather
from fakefinder.detectors.wm import FACE_FILE, JUDGES, LANDMARKS, Wm, aggregate, cut, sampled
from fakefinder.faces.align import similarity
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media import open_video
from fakefinder.media.video import Frame
from fakefinder.weights.store import WeightStore

VIDEOS = ("a40", "b44", "c48", "two40", "noface40", "partial60")
SCORED = ("a40", "b44", "c48")
LOGIT_TOLERANCE = 5e-4
"""Of the net's largest logit; measured 1.3e-4 (WS-DAN on EfficientNet-B3), 5e-6 in the others."""
PROBABILITY_TOLERANCE = (1e-4, 1e-4, 2e-3)
"""Measured 8e-6, 3e-6 and 4.7e-4. The third net with these weights amplifies float noise: the reference is 3.2e-4
from what the net gives in float64."""
SCORE_TOLERANCE = 1e-4
"""Measured 4.4e-6."""


@dataclass(frozen=True)
class RecordedFaces(FaceFinder):
    """Finds what the reference run was given for the frames 9, 19, 29 and so on."""

    file: Path

    @property
    def key(self) -> Hashable:
        return self.file

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        with np.load(self.file) as stored:
            return [self._of_one(stored, frame.index // 10) for frame in frames]

    @staticmethod
    def _of_one(stored: Any, k: int) -> list[FaceBox]:
        landmarks = stored[f"landms_{k}"].reshape(-1, 5, 2)
        pairs = zip(stored[f"boxes_{k}"].tolist(), landmarks, strict=True)
        return [FaceBox(tuple(box), 1.0, points) for box, points in pairs]


@dataclass(frozen=True)
class Case:
    name: str
    expected: dict[str, Any]
    frames: list[int]
    seen: GatheredCrops


@pytest.fixture(scope="module")
def detector(synthetic_store: Callable[[str], WeightStore]) -> Wm:
    return Wm(synthetic_store("wm").active("wm"))


@pytest.fixture(scope="module", params=VIDEOS)
def case(request: pytest.FixtureRequest, golden: Path, reference: Callable[[str, str], Any]) -> Case:
    """One video with what the published system made of it, and what is made of it here."""
    finder = RecordedFaces(golden / "wm" / f"detections_{request.param}.npz")
    with open_video(golden / "videos" / f"{request.param}.mp4") as video:
        indices, _ = sampled(video.info)
        seen = gather(video, video.frames(indices), finder, cut)
    return Case(request.param, reference("wm", "preprocess")[request.param], list(indices), seen)


def test_frame_indices(case: Case) -> None:
    assert case.frames == case.expected["sampled_indices"]
    assert len(case.seen.times) == len(case.frames)
    with_face = [index for index, n in zip(case.frames, case.expected["n_candidates"], strict=True) if n]
    assert [crop.frame_index for crop in case.seen.crops] == with_face


def test_the_same_of_all_candidates_is_taken(case: Case) -> None:
    ours = [np.trunc(crop.box.landmarks).astype(int).tolist() for crop in case.seen.crops]  # type: ignore[arg-type]
    assert ours == case.expected["integer_landmarks"]


def test_crop_pixels(case: Case, golden: Path) -> None:
    if case.name == "noface40":
        assert not case.seen.crops
        return
    with np.load(golden / "wm" / f"crops_{case.name}.npz") as stored:
        first, last, small = stored["first_320_rgb"], stored["last_320_rgb"], stored["thumbs_64_rgb"]
    ours = np.stack([cv2.resize(crop.rgb, (64, 64), interpolation=cv2.INTER_AREA) for crop in case.seen.crops])
    # Measured 0: OpenCV 4.14 warps as 4.10 does, with which the reference was made.
    for pixels, expected in ((case.seen.crops[0].rgb, first), (case.seen.crops[-1].rgb, last), (ours, small)):
        assert pixels.shape == expected.shape
        assert np.abs(pixels.astype(int) - expected.astype(int)).max() <= 1


def test_the_finder_finds_all_that_compete_for_a_face(detector: Wm, golden: Path) -> None:
    """At the frame's size, P(face) above 0.8, in the order of the prior boxes."""
    with np.load(golden / "wm" / "retinaface_resnet50_raw.npz") as stored:
        rgb, count = stored["frame_bgr_uint8"][..., ::-1], int(stored["n_gt_0p8"])
        boxes, landmarks = stored["decoded_boxes_gt_0p8_first100"], stored["decoded_landms_first100"]
    (faces,) = detector._finder.find([Frame(0, 0.0, rgb)])
    assert len(faces) == count
    assert np.array([face.xyxy for face in faces[:100]]) == pytest.approx(boxes, abs=1e-3)  # measured 1.5e-5
    points = np.array([face.landmarks for face in faces[:100]])
    assert points == pytest.approx(landmarks.reshape(-1, 5, 2), abs=1e-3)  # measured 1.5e-5
    assert detector.weights.sha256[FACE_FILE] in str(detector._finder.key)


def test_probabilities(case: Case, detector: Wm) -> None:
    if case.name not in SCORED:
        assert "per_network_probs" not in case.expected
        return
    p = detector.probabilities(case.seen.crops)
    for ours, expected, tolerance in zip(p, case.expected["per_network_probs"], PROBABILITY_TOLERANCE, strict=True):
        assert ours == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("i", range(3))
def test_logits(i: int, detector: Wm, golden: Path) -> None:
    judge = JUDGES[i]
    with np.load(golden / "wm" / "networks.npz") as stored:
        pixels, expected = stored["aligned_320_rgb"], stored[f"logits_{judge.file}"]
    x = judge.prepared(torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255)
    assert np.abs(detector._nets[i](x).numpy() - expected).max() < LOGIT_TOLERANCE * np.abs(expected).max()


def test_alignment(reference: Callable[[str, str], Any]) -> None:
    cases = [case for case in reference("wm", "aggregation") if case["stage"] == "alignment"]
    assert len(cases) == 8
    for case in cases:
        matrix = similarity(np.array(case["landmarks"], np.float64), LANDMARKS)
        assert matrix == pytest.approx(np.array(case["matrix_2x3"]), abs=1e-9), case["name"]


def test_aggregation(reference: Callable[[str, str], Any]) -> None:
    cases = [case for case in reference("wm", "aggregation") if case["stage"] == "video" and case["score"] is not None]
    assert len(cases) == 14
    for case in cases:
        p = np.array([case[name] for name in ("xception", "wsdan_xception", "wsdan_efficientnet")], np.float32)
        assert aggregate(p).mean() == pytest.approx(case["score"], abs=1e-6), case["name"]


@pytest.mark.parametrize("name", [*SCORED, "noface40"])
def test_end_to_end(
    name: str, golden: Path, detector: Wm, reference: Callable[[str, str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = reference("wm", "e2e")["scores"]
    assert sorted(expected) == sorted([*SCORED, "noface40"])
    monkeypatch.setattr(detector, "_finder", RecordedFaces(golden / "wm" / f"detections_{name}.npz"))
    with open_video(golden / "videos" / f"{name}.mp4") as video:
        evidence = detector.score(video)
    if expected[name] is None:  # where the published system ends with an error for want of a face
        assert (evidence.status, evidence.reason) == ("abstained", "no_face")
        return
    assert evidence.status == "scored"
    assert evidence.score == pytest.approx(expected[name], abs=SCORE_TOLERANCE)
