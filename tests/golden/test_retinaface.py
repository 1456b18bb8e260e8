"""RetinaFace on both bodies gives the numbers of the published systems that use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.faces.resize import ShorterSide
from fakefinder.faces.retinaface import RetinaFaceFinder
from fakefinder.faces.single_shot import BGR_MEAN, EXAMPLE_SHAPE
from fakefinder.media import open_video
from fakefinder.nets.compile import CompiledNet, compile_net
from fakefinder.nets.retinaface import Body, retinaface
from fakefinder.weights.load import load_strict, read_published
from fakefinder.weights.store import WeightStore

COMPILED_TOLERANCE = 1e-4
"""Measured 2.0e-5 of values up to 9.4. Not compiled, every answer is equal to the last bit on the reference's CPU."""
BOX_PX, PROBABILITY = 0.01, 1e-5
"""Measured 1.2e-4 pixels (one rounding of float32 at x = 1000) and 1.2e-7; no truncated coordinate differs."""
VIDEOS = {"c48": 12, "two40": 12, "b44": 6, "a40": 6, "noface40": 4, "short20": 20, "partial60": 60}
"""Name to the number of frames looked at."""


@pytest.fixture(scope="module")
def mobilenet(shared: Path) -> torch.nn.Module:
    return _loaded("mobilenet0.25", read_published(shared / "weights" / "mobilenet0.25_Final.pth"))


@pytest.fixture(scope="module")
def resnet(synthetic_store: Callable[[str], WeightStore]) -> torch.nn.Module:
    return _loaded("resnet50", synthetic_store("wm").active("wm").tensors("RetinaFace-Resnet50-fixed.pth"))


def _loaded(body: Body, tensors: dict[str, torch.Tensor]) -> torch.nn.Module:
    with torch.device("meta"):
        net = retinaface(body)
    load_strict(net, tensors)
    return net.eval()


@pytest.mark.parametrize(
    ("body", "stored"),
    [("mobilenet", "eighteen/retinaface_mobilenet025_raw.npz"), ("resnet", "wm/retinaface_resnet50_raw.npz")],
)
@torch.inference_mode()
def test_answers(body: str, stored: str, golden: Path, request: pytest.FixtureRequest) -> None:
    net: torch.nn.Module = request.getfixturevalue(body)
    with np.load(golden / stored) as reference:
        bgr, expected = reference["frame_bgr_uint8"], (reference["loc"], reference["conf"][..., 1], reference["landms"])
    x = torch.from_numpy((bgr.astype(np.float32) - BGR_MEAN).transpose(2, 0, 1).copy())[None]
    for ours, theirs in zip(net(x), expected, strict=True):
        assert np.abs(ours.numpy() - theirs).max() <= 2e-5
    for ours, theirs in zip(compile_net(net, "cpu", EXAMPLE_SHAPE, any_size=True)(x), expected, strict=True):
        assert np.abs(ours.numpy() - theirs).max() < COMPILED_TOLERANCE


@pytest.mark.parametrize("name", VIDEOS)
def test_faces_in_a_resized_picture(
    name: str, mobilenet: torch.nn.Module, golden: Path, reference: Callable[[str, str], Any]
) -> None:
    """As eighteen has them: a shorter side of 400 pixels, overlaps up to 0.4, P(face) of 0.8 and more."""
    finder = RetinaFaceFinder(
        _compiled(mobilenet), "", least_score=0.8, max_iou=0.4, resize=ShorterSide(400, longest_px=2150)
    )
    expected = reference("eighteen", "preprocess")[name]["dets_ge_0p8"][: VIDEOS[name]]
    with open_video(golden / "videos" / f"{name}.mp4") as video:
        found = [finder.find([frame])[0] for frame in video.frames(range(VIDEOS[name]))]
    assert [len(faces) for faces in found] == [len(faces) for faces in expected]
    ours = np.array([(*face.xyxy, face.confidence) for faces in found for face in faces]).reshape(-1, 5)
    theirs = np.array([face for faces in expected for face in faces]).reshape(-1, 5)
    assert ours[:, :4] == pytest.approx(theirs[:, :4], abs=BOX_PX)
    assert ours[:, 4] == pytest.approx(theirs[:, 4], abs=PROBABILITY)
    assert (ours[:, :4].astype(int) == theirs[:, :4].astype(int)).all()


def _compiled(net: torch.nn.Module) -> CompiledNet:
    return compile_net(net, "cpu", EXAMPLE_SHAPE, any_size=True)
