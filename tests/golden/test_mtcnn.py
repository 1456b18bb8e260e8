"""MtcnnFinder gives the boxes of facenet-pytorch, as three published systems call it, on real videos.

Measured worst: boxes 2.5e-4 pixels (one or two roundings of float32 at x = 1900), P(face) 6e-7.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fakefinder.faces.finder import FaceBox
from fakefinder.faces.mtcnn import MtcnnFinder
from fakefinder.faces.shrink import HalfSize, LongerSide
from fakefinder.media.video import Frame
from fakefinder.nets import compile as compile_module

BOX_PX, PROBABILITY = 0.01, 1e-4
BOKEN = ["a40", "b44", "c48", "two40", "noface40", "short20", "partial60"]
SELIMSEF = ["short20", "noface40", "partial60", "partialb60", "c48", "two40"]
MEDICS = ["c32", "noface40", "b33", "a40", "two40", "short20", "c48"]


def boken() -> MtcnnFinder:
    return MtcnnFinder(thresholds=(0.6, 0.7, 0.7), factor=0.6, largest_first=True)


def selimsef() -> MtcnnFinder:
    return MtcnnFinder(thresholds=(0.7, 0.8, 0.8), factor=0.709, largest_first=True, shrink=HalfSize())


def medics(longer_side_px: int) -> MtcnnFinder:
    shrink = LongerSide(longer_side_px)
    return MtcnnFinder(thresholds=(0.8, 0.8, 0.9), factor=0.71, largest_first=False, shrink=shrink)


def expected(golden: Path, system: str, video: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((golden / system / "preprocess.json").read_text())[video]
    return found


def read(golden: Path, video: str, indices: Sequence[int]) -> list[Frame]:
    """The wanted frames as OpenCV decodes them."""
    capture = cv2.VideoCapture(str(golden / "videos" / f"{video}.mp4"))
    frames = []
    for index in range(max(indices) + 1):
        readable, bgr = capture.read()
        if readable and index in indices:
            frames.append(Frame(index, 0.0, cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)))
    capture.release()
    return frames


def assert_found(
    found: Sequence[Sequence[FaceBox]], boxes: Sequence[Any], probabilities: Sequence[Any], *, scale: float = 1
) -> None:
    """The same count, order, places and P(face) in each frame; no boxes are None there."""
    assert [len(faces) for faces in found] == [len(wanted or ()) for wanted in boxes]
    for faces, wanted, confidences in zip(found, boxes, probabilities, strict=True):
        if wanted:
            xyxy = np.array([face.xyxy for face in faces]) / scale
            np.testing.assert_allclose(xyxy, wanted, rtol=0, atol=BOX_PX)
            np.testing.assert_allclose([face.confidence for face in faces], confidences, rtol=0, atol=PROBABILITY)


@pytest.mark.parametrize("video", BOKEN)
def test_boken(golden: Path, video: str) -> None:
    wanted = expected(golden, "boken", video)
    found = boken().find(read(golden, video, wanted["sampled_indices"]))
    assert_found(found, wanted["mtcnn_boxes_all"], wanted["mtcnn_probs"])


@pytest.mark.parametrize("video", SELIMSEF)
def test_selimsef(golden: Path, video: str) -> None:
    wanted = expected(golden, "selimsef", video)
    found = selimsef().find(read(golden, video, wanted["read_indices"]))
    assert_found(found, wanted["mtcnn_boxes_half_res"], wanted["mtcnn_probs"], scale=2)


@pytest.mark.parametrize("video", MEDICS)
def test_medics(golden: Path, video: str) -> None:
    for px, wanted in zip((480, 960), expected(golden, "medics", video)["detection_passes"], strict=False):
        frames = read(golden, video, range(0, 10 * wanted["n"], 10))
        width, height, to_frame = LongerSide(px).size(frames[0].width, frames[0].height)
        assert [width, height] == wanted["size"]
        assert_found(medics(px).find(frames), wanted["boxes"], wanted["probs"], scale=to_frame)


def test_without_openvino(golden: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compile_module, "find_spec", lambda _: None)
    wanted = expected(golden, "boken", "c48")
    found = boken().find(read(golden, "c48", wanted["sampled_indices"]))
    assert_found(found, wanted["mtcnn_boxes_all"], wanted["mtcnn_probs"])


def test_every_video_of_the_reference_is_tested(golden: Path) -> None:
    for system, videos in (("boken", BOKEN), ("selimsef", SELIMSEF), ("medics", MEDICS)):
        assert sorted(json.loads((golden / system / "preprocess.json").read_text())) == sorted(videos)


def test_landmarks_lie_in_the_face_in_frame_pixels(golden: Path) -> None:
    """Eyes, nose, mouth corners; a person's right eye is on the left of the picture."""
    for face in [faces[0] for faces in selimsef().find(read(golden, "c48", [0, 20]))]:
        assert face.landmarks is not None
        x1, y1, x2, y2 = face.xyxy
        assert ((face.landmarks > (x1, y1)) & (face.landmarks < (x2, y2))).all()
        eye_left, eye_right, nose, mouth_left, mouth_right = face.landmarks
        assert eye_left[0] < nose[0] < eye_right[0]
        assert mouth_left[0] < mouth_right[0]
        assert max(eye_left[1], eye_right[1]) < nose[1] < min(mouth_left[1], mouth_right[1])


def test_frames_of_different_sizes_do_not_interact(golden: Path) -> None:
    frames = [*read(golden, "a40", [0]), *read(golden, "c48", [0]), *read(golden, "noface40", [0])]
    finder = boken()
    assert finder.find(frames) == [finder.find([frame])[0] for frame in frames]
    assert [len(faces) for faces in finder.find(frames)] == [1, 1, 0]
