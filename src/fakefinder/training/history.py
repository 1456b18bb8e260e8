"""History: one record for each epoch, written as csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class EpochRecord:
    """What an epoch came to. ``epoch`` counts from 1; losses are means of natural-log losses.

    ``train_loss`` is that of the net while it learnt, towards smoothed targets, so it stays above ``held_out_loss``,
    which is that of the averaged weights. ``tune_auc`` is by manifest, on whole videos.
    """

    epoch: int
    train_loss: float
    held_out_loss: float
    held_out_auc: float
    held_out_accuracy: float
    learning_rate: float
    seconds: float
    pictures_per_second: float
    tune_auc: Mapping[str, float] = field(default_factory=dict)

    def line(self) -> str:
        """The record for a person who watches the run."""
        tune = "".join(f", {name} AUC {auc:.3f}" for name, auc in self.tune_auc.items())
        return (
            f"epoch {self.epoch}: loss {self.train_loss:.3f}, held out {self.held_out_loss:.3f}, "
            f"AUC {self.held_out_auc:.3f}{tune}; {self.seconds:.0f} s, {self.pictures_per_second:.0f} pictures/s"
        )

    def flat(self) -> dict[str, Any]:
        """The fields with one ``tune_auc:NAME`` for each manifest."""
        fields = asdict(self)
        tune = fields.pop("tune_auc")
        return {**fields, **{f"tune_auc:{name}": auc for name, auc in tune.items()}}


def best(history: Sequence[EpochRecord]) -> EpochRecord:
    """The epoch of the lowest held-out loss, the first of several."""
    return min(history, key=lambda record: record.held_out_loss)


def stale(history: Sequence[EpochRecord]) -> int:
    """Epochs since the best one."""
    return history[-1].epoch - best(history).epoch if history else 0


def to_csv(history: Sequence[EpochRecord]) -> str:
    """A line for each epoch, below the names of the columns."""
    text = io.StringIO()
    rows = [record.flat() for record in history]
    names = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(names), lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()} for row in rows
    )
    return text.getvalue()
