"""Calibration: how a net's logit becomes the logarithm of the odds of fake; it travels in the net's weight file.

Platt 1999, "Probabilistic outputs for support vector machines": P(fake) = sigmoid(slope * logit + intercept).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from fakefinder.errors import WeightsKeysDiffer

if TYPE_CHECKING:
    import torch

SLOPE_KEY = "calibration.slope"
INTERCEPT_KEY = "calibration.intercept"
KEYS = "calibration.*"
"""Glob of the keys in a weight file that are not the net's."""


class Calibration(NamedTuple):
    """Takes logits to calibrated ones: ``slope * logit + intercept``; a slope of 1 and no intercept change nothing."""

    slope: float = 1.0
    intercept: float = 0.0

    @classmethod
    def of(cls, tensors: Mapping[str, torch.Tensor]) -> Calibration:
        """The calibration in a weight file.

        Raises:
            WeightsKeysDiffer: there is none.
        """
        if not {SLOPE_KEY, INTERCEPT_KEY} <= tensors.keys():
            raise WeightsKeysDiffer(
                f"The file lacks {SLOPE_KEY} and {INTERCEPT_KEY}: without them its logits are no probabilities.",
                hint="`tools/package_weights.py` and `fakefinder train` write them.",
            )
        return cls(float(tensors[SLOPE_KEY]), float(tensors[INTERCEPT_KEY]))

    def tensors(self) -> dict[str, torch.Tensor]:
        """What goes into the weight file, float32 without axes."""
        import torch

        return {SLOPE_KEY: torch.tensor(self.slope), INTERCEPT_KEY: torch.tensor(self.intercept)}
