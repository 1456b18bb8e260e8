"""What a run leaves behind: smaller weights, measured as they are, calibrated, with a record and a card."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from fakefinder.detectors.trainable import Floats
from fakefinder.training.export import Source, encoded, restored, smaller
from fakefinder.training.finish import Origin, calibrated, finish
from fakefinder.training.trainer import Trainer
from fakefinder.training.tune import TuneSet
from fakefinder.training.videos import LabelledVideo, VideoFaces
from fakefinder.weights.active import file_sha256


class MeanOfCrops:
    """As much of a ``Trainable`` as tuning needs: a video's logit is the mean over its longest track."""

    def video_logit(self, logits: Floats, tracks: list[list[int]]) -> float:
        return float(logits[max(tracks, key=len)].mean())


@pytest.fixture
def tune_set(tmp_path: Path) -> Callable[..., TuneSet]:
    """``tune_set([(brightness, fake), ...])``: each video has one face of 9 crops and one of a single black crop."""

    def make(videos: list[tuple[int, bool]]) -> TuneSet:
        found = []
        for i, (brightness, fake) in enumerate(videos):
            crops = np.full((10, 8, 8, 3), brightness, np.uint8)
            crops[0] = 0
            np.save(tmp_path / f"{i}.npy", crops)
            video = LabelledVideo(f"{i}.mp4", tmp_path / f"{i}.mp4", fake)
            found.append(VideoFaces(video, str(i), tmp_path / f"{i}.npy", ((0,), tuple(range(1, 10)))))
        return TuneSet("set", found, MeanOfCrops())  # type: ignore[arg-type]

    return make


ORIGIN = Origin("blend", (Source(name="faces", sha256="a" * 64, count=22),), None, 22, 3, {"pictures.csv": "name\n"})


def brightness(pictures: Tensor) -> Tensor:
    return pictures.float().mean(dim=(1, 2, 3)) / 10


def test_kernels_become_half_as_long_and_vectors_stay() -> None:
    weights = {"a": torch.rand(3, 2), "b": torch.rand(3), "n": torch.tensor(7)}
    published = smaller(weights)
    assert {key: value.dtype for key, value in published.items()} == {"a": torch.float16, "b": torch.float32}
    exact = restored(published, weights)
    assert exact.keys() == weights.keys()
    assert torch.equal(exact["a"], weights["a"].half().float())
    assert torch.equal(exact["b"], weights["b"])
    assert encoded(published) == encoded(dict(reversed(published.items())))


def test_a_finished_run_is_exported_whole(trainer: Callable[..., Trainer], tmp_path: Path) -> None:
    run = trainer("a", epochs=4)
    run.run()
    (tmp_path / "a" / "weights").mkdir()
    (tmp_path / "a" / "weights" / "of-an-earlier-export").touch()
    record = finish(run, ORIGIN, (), tmp_path / "a")
    folder = tmp_path / "a" / "weights"
    assert {path.name for path in folder.iterdir()} == {
        "blend.safetensors",
        "training.json",
        "README.md",
        "pictures.csv",
    }
    tensors = load_file(folder / "blend.safetensors")
    assert (float(tensors["calibration.slope"]), float(tensors["calibration.intercept"])) == (1.0, 0.0)
    assert tensors["0.weight"].dtype == torch.float16
    assert file_sha256(folder / "blend.safetensors") == record.weights.sha256
    written = json.loads((folder / "training.json").read_text())
    assert written["recipe"]["epochs"] == 4
    assert written["packages"]["torch"]
    best = min(run.history, key=lambda one: one.held_out_loss)
    assert (record.epoch, record.epochs) == (best.epoch, 4)
    assert record.figures.loss == pytest.approx(best.held_out_loss, abs=0.01)
    assert record.figures.loss != best.held_out_loss  # the weights were rounded before they were measured
    card = (folder / "README.md").read_text()
    assert record.weights.sha256 in card
    assert "random weights" in card


def test_labelled_videos_calibrate_and_are_counted(
    trainer: Callable[..., Trainer], tune_set: Callable[..., TuneSet], tmp_path: Path
) -> None:
    run = trainer("a", epochs=12, learning_rate=0.01)
    run.run()
    videos = [(40, False), (60, False), (90, False), (110, True), (150, True)]
    record = finish(run, ORIGIN, [tune_set(videos)], tmp_path / "a")
    assert (record.calibration["rows"], record.calibration["positives"]) == (5, 2)
    assert record.watched.keys() == {"set"}
    written = json.loads((tmp_path / "a" / "weights" / "calibration.json").read_text())
    assert written == record.calibration
    tensors = load_file(tmp_path / "a" / "weights" / "blend.safetensors")
    assert float(tensors["calibration.slope"]) == pytest.approx(record.calibration["slope"], rel=1e-6)


def test_a_video_is_judged_by_the_detectors_rule(tune_set: Callable[..., TuneSet]) -> None:
    found = tune_set([(100, True), (50, False), (200, True)])
    for every in (1, 4):
        assert found.logits(brightness, every).tolist() == pytest.approx([10, 5, 20])
    assert found.labels.tolist() == [1, 0, 1]
    assert found.auc(brightness) == 1.0


def test_a_net_that_is_wrong_on_labelled_videos_is_not_turned_round(tune_set: Callable[..., TuneSet]) -> None:
    right, told = calibrated(brightness, [tune_set([(50, False), (100, True), (60, False), (90, True)])])
    assert right.slope > 0
    assert (told["slope"], told["rows"]) == (right.slope, 4)
    wrong, told = calibrated(brightness, [tune_set([(50, True), (100, False), (60, True), (90, False)])])
    assert wrong == (1.0, 0.0)
    assert told["slope_found"] < 0
