"""Figures of a net on labelled pictures; scikit-learn computes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fakefinder.training.learner import Judge, labels_of


@dataclass(frozen=True)
class Figures:
    """Log loss (natural logarithm), area under the ROC curve, and accuracy at P(fake) = 0.5."""

    loss: float
    auc: float
    accuracy: float


def figures(logits: NDArray[np.float64], labels: NDArray[np.float64]) -> Figures:
    """The figures of logits (n,), positive for fake, where ``labels`` are 1 for fake and 0 for real; both occur."""
    from sklearn.metrics import accuracy_score, log_loss, roc_auc_score

    p = torch.from_numpy(logits).sigmoid().numpy()
    return Figures(
        loss=float(log_loss(labels, p)),
        auc=float(roc_auc_score(labels, logits)),
        accuracy=float(accuracy_score(labels, logits > 0)),
    )


def measure(judge: Judge, batches: Iterable[Tensor]) -> Figures:
    """The figures of ``judge`` over batches of pairs."""
    logits, labels = [], []
    for pairs in batches:
        logits.append(judge(pairs.flatten(0, 1)))
        labels.append(labels_of(pairs))
    return figures(torch.cat(logits).double().numpy(), torch.cat(labels).double().numpy())
