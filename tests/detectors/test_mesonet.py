from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakefinder.detectors.mesonet import MesoNet, cut
from fakefinder.faces.crop import FaceCrop
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame
from fakefinder.weights.store import WeightStore

FACE = (20.0, 10.0, 60.0, 60.0)


@pytest.fixture(scope="module")
def loaded(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> MesoNet:
    """mesonet with its published weights, through a weight store."""
    store = WeightStore(tmp_path_factory.mktemp("weights"))
    store.import_folder("mesonet", shared / "weights")
    return MesoNet(store.active("mesonet"))


@pytest.fixture
def detector(loaded: MesoNet, known_faces: Callable[..., FaceFinder]) -> Callable[..., MesoNet]:
    def make(boxes: dict[int, list[tuple[float, ...]]]) -> MesoNet:
        loaded._finder = known_faces(boxes)
        return loaded

    return make


def test_published_weights_are_listed_and_named_in_the_evidence(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(20))
    assert len(evidence.weights_sha256) == 4
    assert evidence.weights_unlisted == ()


def test_score_is_the_mean_over_nets_and_frames(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(20))
    assert (evidence.status, evidence.recipe) == ("scored", "mtcnn15")
    (track,) = evidence.tracks
    scores = [frame.score for frame in track.frames]
    assert len(scores) == 15
    assert len(set(scores)) > 1
    assert evidence.score == pytest.approx(np.mean(scores), abs=1e-6)
    assert evidence.score == pytest.approx(track.score, abs=1e-6)


def test_scores_are_p_fake(loaded: MesoNet) -> None:
    """The nets give P(real): their Keras outputs for this picture are in tests/nets/test_mesonet.py."""
    fields = np.random.default_rng(2018).random((4, 4, 4, 3))[2]
    rgb = np.round(np.kron(fields, np.ones((64, 64, 1))) * 255).astype(np.uint8)
    p = loaded.probabilities([FaceCrop(0, 0.0, FaceBox(FACE, 1.0), rgb)])
    assert p[:, 0] == pytest.approx(1 - np.array([0.644, 0.925, 0.069, 0.622]), abs=0.01)


@pytest.mark.parametrize(("boxes", "decodable", "reason"), [({}, 40, "no_face"), ({-1: [FACE]}, 0, "unreadable")])
def test_no_face_and_no_frame_are_no_score(
    detector: Any, memory_video: Any, boxes: Any, decodable: int, reason: str
) -> None:
    evidence = detector(boxes).score(memory_video(40, decodable=decodable))
    assert (evidence.status, evidence.reason) == ("abstained", reason)


def test_a_still_picture_is_scored(detector: Any, memory_video: Any) -> None:
    evidence = detector({-1: [FACE]}).score(memory_video(1))
    assert (evidence.status, evidence.recipe) == ("scored", "still")


@pytest.mark.parametrize("side", [30.0, 600.0])
def test_a_crop_has_the_size_of_the_nets_input(side: float) -> None:
    frame = Frame(0, 0.0, np.zeros((700, 900, 3), np.uint8))
    ((_, rgb),) = cut(frame, [FaceBox((10.0, 10.0, 10.0 + side, 10.0 + side), 1.0), FaceBox(FACE, 1.0)])
    assert rgb.shape == (256, 256, 3)
