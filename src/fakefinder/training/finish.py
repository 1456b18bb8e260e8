"""The end of a run: its best weights are made smaller, measured as they are then, calibrated and exported."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fakefinder.detectors.blend.calibration import Calibration
from fakefinder.nets.device import describe
from fakefinder.training import history
from fakefinder.training.calibrate import platt
from fakefinder.training.export import Source, TrainingRecord, encoded, restored, smaller, write_export
from fakefinder.training.learner import Judge
from fakefinder.training.trainer import Trainer
from fakefinder.training.tune import TuneSet

WEIGHTS_FOLDER, CALIBRATION, TUNED_WITH = "weights", "calibration.json", "tuned_with.csv"


@dataclass(frozen=True)
class Origin:
    """What a run was made of, for the record; ``papers`` are further files to lay beside the weights."""

    detector: str
    data: tuple[Source, ...]
    started_from: Source | None
    trained_on: int
    held_out: int
    papers: Mapping[str, str] = field(default_factory=dict)


def finish(trainer: Trainer, origin: Origin, tune: Sequence[TuneSet], folder: Path) -> TrainingRecord:
    """Export the best weights of a finished run to ``weights`` in its folder; an earlier export is replaced.

    Where there are labelled videos to tune with, the logits are calibrated on all of them together.
    """
    weights = trainer.best_weights()
    published = smaller(weights)
    exact = restored(published, weights)
    judge = trainer.judge_with(exact)
    calibration, told = calibrated(judge, tune)
    tensors = published | calibration.tensors()
    name = f"{origin.detector}.safetensors"
    best = history.best(trainer.history)
    record = TrainingRecord(
        detector=origin.detector,
        weights=Source(name=name, sha256=hashlib.sha256(encoded(tensors)).hexdigest()),
        recipe=trainer.recipe,
        recipe_sha256=trainer.recipe.sha256,
        data=origin.data,
        started_from=origin.started_from,
        trained_on=origin.trained_on,
        held_out=origin.held_out,
        epoch=best.epoch,
        epochs=len(trainer.history),
        figures=trainer.measured_with(exact),
        watched={one.name: one.auc(judge, every=1) for one in tune},
        calibration=told,
        seconds=sum(record.seconds for record in trainer.history),
        device=describe(trainer.device),
    )
    papers = dict(origin.papers)
    if tune:
        papers[CALIBRATION] = json.dumps(record.calibration, indent=2) + "\n"
        papers[TUNED_WITH] = tuned_with(tune)
    write_export(folder / WEIGHTS_FOLDER, tensors, record, papers)
    return record


def tuned_with(tune: Sequence[TuneSet]) -> str:
    """A csv table of the videos that were watched and calibrated with: those that no later evaluation may count."""
    rows = [(one.name, seen.video.name, int(seen.video.fake), seen.sha256) for one in tune for seen in one.videos]
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerows([("manifest", "name", "fake", "sha256"), *rows])
    return content.getvalue()


def calibrated(judge: Judge, tune: Sequence[TuneSet]) -> tuple[Calibration, dict[str, int | float]]:
    """The calibration by all videos of all sets, and for the record what it is and rests on.

    Without sets, and where the net gives fakes no higher logits than real videos, the logits stay as they are: to turn
    scores round would be to invent them.
    """
    if not tune:
        return Calibration(), {}
    logits = np.concatenate([one.logits(judge) for one in tune])
    labels = np.concatenate([one.labels for one in tune])
    found = platt(logits, labels)
    used = found if found.slope > 0 else Calibration()
    counts = {"rows": len(labels), "positives": int(labels.sum())}
    return used, {**used._asdict(), **counts, "slope_found": found.slope}
