"""Evaluation and its parts: how right detectors were on labelled videos.

Fake is the class that is looked for. A score at the threshold or above it counts as a call of fake. Where a figure
cannot be computed it is null, as are the ends of an interval that cannot be given.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fakefinder.evaluation.manifest import Label
from fakefinder.records.report import Score

NOT_SCANNED = "not_scanned"
COLLECTIVE = "collective"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Options(_Value):
    """What a user may choose, apart from videos and detectors."""

    device: Literal["auto", "cpu", "cuda"] = "auto"
    threshold: float = Field(default=0.5, ge=0.0, le=1.0, description="A score from here on is a call of fake.")
    missing: Literal["exclude", "neutral"] = Field(
        default="exclude", description="Whether a video without a score is left out, or counts with a neutral value."
    )
    neutral: Score = Field(default=0.5, description="The value that stands for a missing score, if one shall.")


class AskedDetector(_Value):
    """A detector in the version and with the weights that it is asked with; other ones' scores are not these."""

    detector: str
    version: str
    recipe: str
    weights_sha256: dict[str, str] = Field(description="Published file name to sha256.")
    weights_unlisted: tuple[str, ...] = Field(default=(), description="Files whose sha256 no catalogue lists.")

    def key(self, video_sha256: str) -> str:
        """What a result of this detector on a video is kept under."""
        return json.dumps([video_sha256, self.model_dump(exclude={"weights_unlisted"})], sort_keys=True)


class Figure(_Value):
    """A figure with the 95 % interval in which it lies when the videos are drawn anew."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class Auc(Figure):
    """Area under the ROC curve; 0.5 is chance."""

    includes_chance: bool | None = Field(
        default=None, description="Whether 0.5 lies in the interval: no better than chance on this material."
    )


class Share(Figure):
    """A share of videos, with its 95 % Wilson interval."""

    videos: int = Field(default=0, description="Videos that count.")
    of: int = Field(default=0, description="Videos that could.")


class Bin(_Value):
    """Videos whose scores lie between two ends; the lower end belongs to the bin."""

    from_score: float
    to_score: float
    videos: int
    mean_score: float | None
    share_fake: float | None


class Roc(_Value):
    """Points of the ROC curve, from (0, 0) to (1, 1)."""

    false_alarm_rate: tuple[float, ...] = ()
    tpr: tuple[float, ...] = ()


class Figures(_Value):
    """How right scores are. With one class alone, figures that compare both are null."""

    real: int = Field(description="Genuine videos in the figures.")
    fake: int = Field(description="Fake videos in the figures.")
    filled: int = Field(default=0, description="How many of both count with the neutral value.")
    auc: Auc = Auc()
    log_loss: Figure = Field(default=Figure(), description="In nats; 0.693 is what 0.5 for every video gives.")
    brier: Figure = Field(default=Figure(), description="Mean squared error; 0.25 is what 0.5 for every video gives.")
    eer: Figure = Field(default=Figure(), description="Where false alarms and misses are equally frequent.")
    ece: Figure = Field(default=Figure(), description="Expected calibration error, over ten bins.")
    accuracy: Share = Share()
    tpr: Share = Field(default=Share(), description="Share of the fakes that are called fake.")
    tnr: Share = Field(default=Share(), description="Share of the genuine that are not called fake.")
    false_alarm_rate: Share = Field(default=Share(), description="Share of the genuine that are called fake.")
    bins: tuple[Bin, ...] = ()
    roc: Roc = Roc()


class Reason(_Value):
    """Why videos have no score."""

    status: Literal["abstained", "failed", "not_scanned"]
    reason: str
    videos: int


class ScoreCoverage(_Value):
    """How many videos have a score, and why the others have none."""

    asked: int
    scored: int
    abstained: int
    failed: int
    not_scanned: int = 0
    reasons: tuple[Reason, ...] = Field(default=(), description="The most frequent first.")


class GroupResult(_Value):
    """Coverage and figures of one group, or of all videos where ``group`` is null."""

    group: str | None
    coverage: ScoreCoverage
    figures: Figures


class DetectorResult(_Value):
    """How right one detector, or the collective, was."""

    name: str
    overall: GroupResult
    groups: tuple[GroupResult, ...] = Field(default=(), description="Where the manifest tells more than one apart.")


class Pair(_Value):
    """How alike two detectors are on the videos that both scored."""

    first: str
    second: str
    videos: int
    pearson: float | None
    spearman: float | None
    both_fake: int
    both_real: int
    only_first_fake: int
    only_second_fake: int
    kappa: float | None = Field(description="Cohen's: agreement beyond chance at the threshold.")


class Outcome(_Value):
    """What one detector made of one video. ``score`` is set if and only if ``status`` is ``scored``."""

    detector: str
    status: Literal["scored", "abstained", "failed", "not_scanned"]
    score: Score | None = None
    reason: str | None = None
    message: str | None = None
    recipe: str | None = None
    seconds: float | None = None
    device: str | None = None


class VideoResult(_Value):
    """One video with its truth and its scores. Paths are as the manifest has them."""

    path: str
    also: tuple[str, ...] = Field(
        default=(), description="Other files with the same bytes. They count once, with this one's group and split."
    )
    label: Label
    group: str
    split: str
    sha256: str | None
    outcomes: tuple[Outcome, ...]
    collective: Score | None = Field(description="The mean of the scores, as a report's verdict has it.")


class EvaluationProvenance(_Value):
    """What a second person needs to get the same figures."""

    fakefinder: str
    created_at: datetime
    manifest: str
    manifest_sha256: str
    split: str | None
    group: str | None
    options: Options
    detectors: tuple[AskedDetector, ...]
    collective_method: str
    resamples: int
    seed: int
    confidence: float


class Evaluation(_Value):
    """Detectors on labelled videos: figures, coverage, likeness, every score, and where it all comes from."""

    schema_version: Literal[1] = 1
    missing: str = Field(description="What was made of missing scores, as a sentence.")
    copies: str | None = Field(
        default=None, description="How many files are the same as others, as a sentence; null where none is."
    )
    detectors: tuple[DetectorResult, ...]
    collective: DetectorResult | None = Field(description="The mean of the detectors; null where there is but one.")
    pairs: tuple[Pair, ...]
    videos: tuple[VideoResult, ...] = Field(description="In the manifest's order; equal files are one.")
    provenance: EvaluationProvenance
