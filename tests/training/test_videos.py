"""Labelled videos: seen as the detector sees them, looked at once, and no worse for one that is broken."""

from __future__ import annotations

from math import log
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from fakefinder.detectors.blend.calibration import Calibration
from fakefinder.detectors.blend.detector import Blend
from fakefinder.detectors.blend.trainable import BlendTrainable
from fakefinder.detectors.trainable import SeenFaces
from fakefinder.errors import UsageError
from fakefinder.media import open_video
from fakefinder.media.video import Video
from fakefinder.nets.efficientnet_lite import efficientnet_lite0
from fakefinder.training.learner import judge_of
from fakefinder.training.tune import TuneSet
from fakefinder.training.videos import LabelledVideo, find_video_faces
from fakefinder.weights.store import WeightStore

CLIP = "jphdotam_dfdc0_alhqaurncj.mp4_0_0.mp4"


class Counting(BlendTrainable):
    """Counts the videos that are looked at; each shows one face of two crops."""

    looked = 0

    def faces(self, video: Video) -> SeenFaces:
        self.looked += 1
        (frame,) = video.frames([0])
        return SeenFaces([frame.rgb, frame.rgb[::-1]], [[0, 1]])


@pytest.fixture
def videos(tmp_path: Path) -> list[LabelledVideo]:
    """Two stills and a file that is no video."""
    found = []
    for name, value in (("dark.png", 30), ("bright.png", 200)):
        cv2.imwrite(str(tmp_path / name), np.full((40, 40, 3), value, np.uint8))
        found.append(LabelledVideo(name, tmp_path / name, fake=value > 100))
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    return [*found, LabelledVideo("broken.mp4", tmp_path / "broken.mp4", fake=True)]


def test_equal_files_count_once_and_cannot_be_both_real_and_fake(videos: list[LabelledVideo], tmp_path: Path) -> None:
    copy = tmp_path / "copy.png"
    copy.write_bytes(videos[0].file.read_bytes())
    found = find_video_faces([*videos, LabelledVideo("copy.png", copy, fake=False)], Counting(), tmp_path)
    assert [one.video.name for one in found] == ["dark.png", "bright.png"]
    with pytest.raises(UsageError, match=r"dark.png and copy.png are equal files"):
        find_video_faces([videos[0], LabelledVideo("copy.png", copy, fake=True)], Counting(), tmp_path)


def test_a_video_is_looked_at_once_and_a_broken_one_left_out(videos: list[LabelledVideo], tmp_path: Path) -> None:
    trainable = Counting()
    told: list[tuple[int, int]] = []
    for _ in range(2):
        found = find_video_faces(videos, trainable, tmp_path, lambda done, total: told.append((done, total)))
        assert [one.video.name for one in found] == ["dark.png", "bright.png"]
        assert [int(one.crops()[1].max()) for one in found] == [30, 200]
    assert trainable.looked == 3
    assert told == [(1, 3), (2, 3), (3, 3)] * 2


def test_a_set_needs_real_and_fake_videos_with_faces(videos: list[LabelledVideo], tmp_path: Path) -> None:
    found = find_video_faces(videos[1:], Counting(), tmp_path)
    with pytest.raises(UsageError, match="no real and fake videos"):
        TuneSet("mine", found, Counting())


def test_a_video_has_the_logit_of_the_detectors_score(shared: Path, tmp_path: Path) -> None:
    """With the same weights. A random net gives about 1 to all crops; its last layer is spread out around that."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(3)
        net = efficientnet_lite0().eval()
    weights = net.state_dict()
    weights["classifier.weight"] *= 10
    weights["classifier.bias"] -= 10
    (tmp_path / "files").mkdir()
    save_file(weights | Calibration().tensors(), tmp_path / "files" / "blend.safetensors")
    store = WeightStore(tmp_path / "store")
    store.import_folder("blend", tmp_path / "files", unlisted=True)
    with open_video(shared / "clips" / CLIP) as video:
        score = Blend(store.active("blend")).score(video).score
    assert score is not None

    clip = LabelledVideo(CLIP, shared / "clips" / CLIP, fake=True)
    found = find_video_faces([clip], BlendTrainable(), tmp_path)
    still = find_video_faces(
        [LabelledVideo("r", next((shared / "faces/us_house").iterdir()), fake=False)], BlendTrainable(), tmp_path
    )
    judge = judge_of(net, BlendTrainable().to_input, "cpu")
    logits = TuneSet("clip", [*found, *still], BlendTrainable()).logits(judge)
    assert abs(logits[0] - logits[1]) > 0.1
    assert logits[0] == pytest.approx(log(score / (1 - score)), abs=0.02)
