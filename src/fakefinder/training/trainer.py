"""Trainer: one epoch after another, kept in a folder; the same call goes on where an earlier one was stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from torch import Tensor

from fakefinder.errors import TrainingDiverged, UsageError
from fakefinder.nets.memory import keep_freed
from fakefinder.training import history
from fakefinder.training.checkpoint import BEST, LAST, read_checkpoint, write_checkpoint, write_whole
from fakefinder.training.course import Course, Progress, Watch, Watched
from fakefinder.training.curves import curves
from fakefinder.training.history import EpochRecord
from fakefinder.training.learner import Judge, Learner, judge_of
from fakefinder.training.measure import Figures, measure
from fakefinder.training.randomness import own_randomness, random_state
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.training.schedule import learning_rate
from fakefinder.training.stop import stop_requests
from fakefinder.training.stream import PairStream

LOG, CURVES = "log.csv", "curves.svg"
SAVE_SECONDS = 600
"""How long a run goes on at most before it is saved within an epoch."""


@dataclass
class _Position:
    """Epochs done, and steps, sum of losses and seconds within the one that is not."""

    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0


class Trainer:
    """Trains a net as a recipe says; all it knows is in its folder after each epoch."""

    def __init__(
        self,
        course: Course,
        recipe: TrainingRecipe,
        folder: Path,
        *,
        device: str = "cpu",
        watched: Sequence[Watched] = (),
        watch: Watch = lambda seen: None,
    ) -> None:
        """Take up the run in ``folder`` (which exists), or begin one.

        Args:
            course: what is trained and on what.
            recipe: how.
            folder: of the run.
            device: ``cpu`` or ``cuda``.
            watched: labelled videos to measure with after each epoch; they change nothing.
            watch: is told of each step and each epoch.

        Raises:
            UsageError: the folder holds a run of another course.
        """
        self._course, self.recipe, self._folder, self.device = course, recipe, folder, device
        self._watched, self._watch = watched, watch
        self._stream = PairStream(course.train, course.held_out, recipe, device)
        self._learner = Learner(course.net, course.to_input, recipe, device)
        self._position = _Position()
        self._random: dict[str, Tensor] | None = None
        self.history: list[EpochRecord] = []
        self._resume(read_checkpoint(folder / LAST))

    @property
    def finished(self) -> bool:
        """All epochs are done, or the held-out loss has not become lower for as long as the recipe has patience."""
        return self._position.epoch >= self.recipe.epochs or history.stale(self.history) >= self.recipe.patience

    def best_weights(self) -> dict[str, Tensor]:
        """The averaged weights of the best epoch, on the CPU; there is one."""
        state = read_checkpoint(self._folder / BEST)
        if state is None:
            raise UsageError(f"{self._folder / BEST} is gone.", hint="Remove the folder to begin that run again.")
        weights: dict[str, Tensor] = state["average"]
        return weights

    def judge_with(self, weights: Mapping[str, Tensor]) -> Judge:
        """What the trained net says with these weights."""
        net = deepcopy(self._learner.averaged)
        net.load_state_dict(weights)
        return judge_of(net, self._course.to_input, self.device)

    def measured_with(self, weights: Mapping[str, Tensor]) -> Figures:
        """The figures of the trained net with these weights on the held-out pairs."""
        return measure(self.judge_with(weights), self._stream.held_out())

    def run(self) -> bool:
        """Train to the end; False where the user has stopped it before. Either way everything is saved.

        Raises:
            TrainingDiverged: the loss is no number any more.
        """
        if self.device == "cpu":
            keep_freed()
        dice = own_randomness(self.recipe.seed, self._random, self.device)
        with dice, stop_requests() as stop_asked:
            batches = self._stream.batches(self._position.epoch, self._position.step)
            while not self.finished:
                if not self._train(batches, stop_asked):
                    return False
                self._close_epoch(batches)
        return True

    def _train(self, batches: Iterator[Tensor], stop_asked: Callable[[], bool]) -> bool:
        """Take the steps that are left of an epoch; False where the user has stopped it."""
        recipe, at, steps = self.recipe, self._position, self._stream.steps
        saved = mark = time.monotonic()
        while at.step < steps:
            loss = self._learner.learn(next(batches), self._rate(at.epoch, at.step))
            if not isfinite(loss):
                raise TrainingDiverged(f"The loss of epoch {at.epoch + 1} is no number any more.")
            now = time.monotonic()
            at.step, at.loss_sum, at.seconds, mark = at.step + 1, at.loss_sum + loss, at.seconds + now - mark, now
            self._watch(Progress(at.epoch + 1, recipe.epochs, at.step, steps, at.loss_sum / at.step))
            if stop_asked() or now - saved > SAVE_SECONDS:
                self._save()
                saved = now
                if stop_asked():
                    return False
        return True

    def _close_epoch(self, batches: Iterator[Tensor]) -> None:
        """Measure, note and save; the best weights first, so that no log names weights that are not there."""
        started = time.monotonic()
        figures = measure(self._learner.judge, islice(batches, self._stream.held_out_batches))
        tune_auc = {watched.name: watched.auc(self._learner.judge) for watched in self._watched}
        at = self._position
        record = EpochRecord(
            epoch=at.epoch + 1,
            train_loss=at.loss_sum / at.step,
            held_out_loss=figures.loss,
            held_out_auc=figures.auc,
            held_out_accuracy=figures.accuracy,
            learning_rate=self._rate(at.epoch, at.step - 1),
            seconds=at.seconds + time.monotonic() - started,
            pictures_per_second=self._stream.pictures / at.seconds,
            tune_auc=tune_auc,
        )
        self.history.append(record)
        if history.best(self.history) is record:
            weights = self._learner.averaged.state_dict()
            write_checkpoint(self._folder / BEST, {"average": weights, "epoch": record.epoch})
        self._position = _Position(epoch=at.epoch + 1)
        self._save()
        write_whole(self._folder / LOG, history.to_csv(self.history).encode())
        write_whole(self._folder / CURVES, curves(self.history))
        self._watch(record)

    def _rate(self, epoch: int, step: int) -> float:
        steps = self._stream.steps
        return learning_rate(epoch * steps + step, self.recipe.epochs * steps, self.recipe)

    def _save(self) -> None:
        self._random = random_state(self.device)
        state = {
            "identity": dict(self._course.identity),
            "learner": self._learner.state_dict(),
            "position": asdict(self._position),
            "history": [asdict(record) for record in self.history],
            "random": self._random,
        }
        write_checkpoint(self._folder / LAST, state)

    def _resume(self, state: dict[str, Any] | None) -> None:
        if state is None:
            return
        differing = [name for name, value in self._course.identity.items() if state["identity"].get(name) != value]
        if differing:
            raise UsageError(
                f"{self._folder} holds a run with another {differing[0]}.",
                hint="Name another folder with --out, or repeat the command that began that run.",
            )
        self._learner.load_state_dict(state["learner"])
        self._position = _Position(**state["position"])
        self.history = [EpochRecord(**record) for record in state["history"]]
        self._random = state["random"]
