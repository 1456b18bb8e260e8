"""The loss curves of a run, as a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence

from fakefinder.training.history import EpochRecord


def curves(history: Sequence[EpochRecord]) -> bytes:
    """An SVG: losses on the left, areas under the ROC curve on the right, by epoch."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    epochs = [record.epoch for record in history]
    figure = Figure(figsize=(9, 3.5), layout="constrained")
    losses, areas = figure.subplots(1, 2)
    losses.plot(epochs, [record.train_loss for record in history], label="training")
    losses.plot(epochs, [record.held_out_loss for record in history], label="held-out faces")
    losses.set(xlabel="epoch", ylabel="log loss")
    areas.plot(epochs, [record.held_out_auc for record in history], label="held-out faces", color="C1")
    for name in sorted({name for record in history for name in record.tune_auc}):
        watched = [(record.epoch, record.tune_auc[name]) for record in history if name in record.tune_auc]
        areas.plot(*zip(*watched, strict=True), label=name)
    areas.set(xlabel="epoch", ylabel="area under the ROC curve")
    for axes in (losses, areas):
        axes.legend()
        axes.grid(alpha=0.3)
    picture = io.BytesIO()
    with rc_context({"svg.hashsalt": "fakefinder", "svg.fonttype": "none"}):
        figure.savefig(picture, format="svg", metadata={"Date": None})
    return picture.getvalue()
