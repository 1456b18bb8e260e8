"""A run: the same for a seed, stopped and resumed without a trace, ended early, refused for another recipe."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fakefinder.errors import TrainingDiverged, UsageError
from fakefinder.training.checkpoint import BEST, LAST, read_checkpoint
from fakefinder.training.course import Progress
from fakefinder.training.history import EpochRecord
from fakefinder.training.trainer import Trainer

Make = Callable[..., Trainer]


def outcome(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The averaged weights of the best epoch, and the history without what a clock says."""
    last, best = read_checkpoint(folder / LAST), read_checkpoint(folder / BEST)
    assert last is not None
    assert best is not None
    clock = {"seconds", "pictures_per_second"}
    return best["average"], [{k: v for k, v in one.items() if k not in clock} for one in last["history"]]


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_a_run_learns_and_tells(trainer: Make, tmp_path: Path) -> None:
    seen: list[Progress | EpochRecord] = []
    assert trainer("a", seen.append, epochs=12, learning_rate=0.01).run()
    records = [one for one in seen if isinstance(one, EpochRecord)]
    assert [record.epoch for record in records] == list(range(1, 13))
    assert records[-1].held_out_loss < 0.5 < records[0].held_out_loss
    assert records[-1].held_out_auc == 1.0
    steps = [one for one in seen if isinstance(one, Progress)]
    assert (len(steps), steps[-1].step, steps[-1].steps) == (60, 5, 5)
    rows = list(csv.DictReader((tmp_path / "a" / "log.csv").open()))
    assert float(rows[3]["held_out_loss"]) == pytest.approx(records[3].held_out_loss, rel=1e-5)
    assert "held-out faces" in (tmp_path / "a" / "curves.svg").read_text()


def test_two_runs_of_a_seed_are_equal_and_leave_the_dice_alone(trainer: Make, tmp_path: Path) -> None:
    state = torch.get_rng_state()
    for folder in "ab":
        trainer(folder).run()
        torch.rand(1)
    weights, history = outcome(tmp_path / "a")
    again, history_again = outcome(tmp_path / "b")
    assert equal(weights, again)
    assert history == history_again
    torch.set_rng_state(state)
    trainer("c", seed=1).run()
    assert torch.equal(torch.get_rng_state(), state)
    assert not equal(weights, outcome(tmp_path / "c")[0])


@pytest.mark.parametrize("stops", [(3,), (5, 6, 14)], ids=["within an epoch", "after its last step, again, and late"])
def test_a_run_that_was_stopped_equals_one_that_was_not(trainer: Make, tmp_path: Path, stops: tuple[int, ...]) -> None:
    trainer("whole").run()
    for stop in stops:

        def press_ctrl_c(seen: Progress | EpochRecord, at: int = stop) -> None:
            if isinstance(seen, Progress) and (seen.epoch - 1) * seen.steps + seen.step == at:
                os.kill(os.getpid(), signal.SIGINT)

        assert not trainer("stopped", press_ctrl_c).run()
    ended = trainer("stopped")
    assert ended.run()
    assert ended.finished
    weights, history = outcome(tmp_path / "stopped")
    expected, expected_history = outcome(tmp_path / "whole")
    assert history == expected_history
    assert equal(weights, expected)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_finished_run_is_not_run_again(trainer: Make) -> None:
    trainer("a").run()
    seen: list[object] = []
    again = trainer("a", seen.append)
    assert again.finished
    assert again.run()
    assert seen == []


def test_training_stops_when_the_held_out_loss_gets_no_lower(trainer: Make, tmp_path: Path) -> None:
    """With a rate of nearly 0 the averaged weights hardly move, and the first epochs' loss is not beaten for long."""
    run = trainer("a", epochs=40, patience=3, learning_rate=0.3, warm_up_steps=0)
    assert run.run()
    best = min(run.history, key=lambda record: record.held_out_loss)
    assert len(run.history) == best.epoch + 3 < 40
    state = read_checkpoint(tmp_path / "a" / BEST)
    assert state is not None
    assert state["epoch"] == best.epoch


def test_another_recipe_in_the_same_folder_is_refused(trainer: Make) -> None:
    trainer("a").run()
    with pytest.raises(UsageError, match="another recipe") as caught:
        trainer("a", seed=1)
    assert "--out" in caught.value.hint


def test_a_damaged_checkpoint_is_told(trainer: Make, tmp_path: Path) -> None:
    trainer("a").run()
    path = tmp_path / "a" / LAST
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(UsageError, match="cannot be read as a checkpoint"):
        trainer("a")


def test_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_good_state(trainer: Make, tmp_path: Path) -> None:
    class Broken(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(()))

        def forward(self, x: Tensor) -> Tensor:
            return x.mean(dim=(1, 2, 3)) * self.weight / 0

    run = trainer("a")
    broken = Trainer(replace(run._course, net=Broken()), run.recipe, tmp_path / "a")
    with pytest.raises(TrainingDiverged, match="epoch 1"):
        broken.run()
    assert not (tmp_path / "a" / LAST).exists()


def test_loader_processes_change_nothing(trainer: Make, tmp_path: Path) -> None:
    trainer("alone", epochs=2).run()
    trainer("helped", epochs=2, workers=2).run()
    assert equal(outcome(tmp_path / "alone")[0], outcome(tmp_path / "helped")[0])
