"""Measurement: how right a detector was on labelled videos when this project measured it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

CHANCE = 0.5
"""Area under the ROC curve of a coin."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MeasuredValue(_Value):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class MeasuredFigures(_Value):
    """How right scores were on one group of videos or pictures; a figure that cannot be computed is None."""

    data: str = Field(description="Which videos or pictures.")
    real: int = Field(ge=0, description="Genuine ones that were asked about.")
    fake: int = Field(ge=0, description="Fake ones that were asked about.")
    scored: int = Field(ge=0, description="How many of both got a score.")
    auc: MeasuredValue | None = Field(default=None, description="Area under the ROC curve; 0.5 is chance.")
    log_loss: MeasuredValue | None = Field(default=None, description="In nats; 0.693 is what 0.5 for each gives.")
    accuracy: MeasuredValue | None = Field(default=None, description="Share told rightly at the threshold 0.5.")
    detected: MeasuredValue | None = Field(default=None, description="Share of fakes called fake at 0.5.")
    false_alarm_rate: MeasuredValue | None = Field(default=None, description="Share of genuine ones called fake.")

    @property
    def at_chance(self) -> bool:
        """True where the interval of the AUC does not lie above chance."""
        return self.auc is not None and self.auc.low <= CHANCE


class ReliabilityBin(_Value):
    """How many videos with scores in a range were fake; well calibrated, that is about their mean score."""

    from_score: float
    to_score: float
    videos: int
    mean_score: float
    share_fake: float


class Measurement(_Value):
    """All figures of one detector with certain weights."""

    weights_sha256: dict[str, str] = Field(description="Of the files that were measured, by their published names.")
    overall: MeasuredFigures = Field(description="On everything: these figures decide what the detector is worth.")
    reliability: tuple[ReliabilityBin, ...] = Field(
        default=(), description="Of everything; ranges without videos left out."
    )
    groups: tuple[MeasuredFigures, ...] = Field(default=(), description="On parts of it, and on other data.")
