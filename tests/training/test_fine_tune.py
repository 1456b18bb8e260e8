"""Fine-tuning: who is trained on and who measures, and the pairs of crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fakefinder.errors import DetectorUnknown, UsageError
from fakefinder.training.crop_pairs import CropPairs
from fakefinder.training.fine_tune import parts, trainable_of
from fakefinder.training.videos import LabelledVideo, VideoFaces


def video(name: str, fake: bool, group: str = "") -> LabelledVideo:
    return LabelledVideo(name, Path(name), fake, group)


def test_splits_of_the_manifest_are_taken_and_others_left_alone() -> None:
    rows = [
        (video(f"{split}-{fake}", fake), split)
        for split in ("train", "validation", "report", "")
        for fake in (False, True)
    ]
    found = parts(rows, 0.5)
    assert [one.name for one in found.train] == ["train-False", "train-True"]
    assert [one.name for one in found.held_out] == ["validation-False", "validation-True"]


def test_without_splits_groups_stay_together_and_on_their_side() -> None:
    rows = [(video(f"{i}", i % 2 == 0, f"person {i // 4}"), "") for i in range(400)]
    found = parts(rows, 0.2)
    outside = {one.group for one in found.held_out}
    assert outside.isdisjoint({one.group for one in found.train})
    assert len(found.train) + len(found.held_out) == 400
    assert 10 <= len(outside) <= 30
    fewer = parts(rows[:200], 0.2)
    assert {one.group for one in fewer.held_out} == outside & {one.group for one, _ in rows[:200]}


@pytest.mark.parametrize("part", ["train", "validation"])
def test_each_part_needs_both_labels(part: str) -> None:
    rows = [(video("a", True), part)]
    rows += [
        (video(f"{split}{fake}", fake), split) for split in {"train", "validation"} - {part} for fake in (False, True)
    ]
    with pytest.raises(UsageError, match=f"no real video .* as {part}") as caught:
        parts(rows, 0.2)
    assert "validation" in caught.value.hint


def test_who_can_be_trained_is_said() -> None:
    assert trainable_of("blend", "cpu").crop_key.startswith("blend-")
    with pytest.raises(UsageError, match="boken cannot be fine-tuned") as caught:
        trainable_of("boken", "cpu")
    assert "blend" in caught.value.hint
    with pytest.raises(DetectorUnknown):
        trainable_of("blnd", "cpu")


@pytest.fixture
def faces(tmp_path: Path) -> list[VideoFaces]:
    """A fake video of three crops of brightness 100, 101 and 102, two real ones of a crop each, 10 and 20."""
    made = []
    for name, fake, values in (("f", True, (100, 101, 102)), ("r", False, (10,)), ("s", False, (20,))):
        np.save(tmp_path / f"{name}.npy", np.stack([np.full((32, 32, 3), value, np.uint8) for value in values]))
        made.append(VideoFaces(video(name, fake), name, tmp_path / f"{name}.npy", (tuple(range(len(values))),)))
    return made


def test_a_round_shows_each_crop_of_the_more_frequent_label_once(faces: list[VideoFaces]) -> None:
    pairs = CropPairs(faces, 32, 5, corrupt=False)
    assert len(pairs) == 3
    assert [int(pairs[0, i][1].max()) for i in range(3)] == [100, 101, 102]
    real = {int(pairs[number, i][0].max()) for number in range(6) for i in range(3)}
    assert real == {10, 20}
    assert pairs[0, 0].shape == (2, 32, 32, 3)


def test_pairs_for_training_are_corrupted_and_depend_on_their_place_alone(faces: list[VideoFaces]) -> None:
    pairs = CropPairs(faces, 64, 5, corrupt=True)
    items = [pairs[number, 0] for number in range(4)]
    assert items[0].shape == (2, 64, 64, 3)
    assert len({item.numpy().tobytes() for item in items}) > 1
    assert CropPairs(faces, 64, 5, corrupt=True)[2, 0].equal(items[2])
