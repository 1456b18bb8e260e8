"""Evidence of a detector that an error kept from scoring: never a score, always a reason."""

from __future__ import annotations

import logging

from fakefinder.errors import FakeFinderError, VideoError, WeightsError, WeightsMissing
from fakefinder.records.card import DetectorCard
from fakefinder.records.report import Evidence

logger = logging.getLogger(__name__)


def without_score(card: DetectorCard, error: Exception, device: str) -> Evidence:
    """``abstained`` where the video is to blame, else ``failed``, with the reason's code and a sentence."""
    status, reason, message = _explain(error)
    return Evidence.model_validate(
        {
            "detector": card.name,
            "version": card.version,
            "recipe": card.recipe,
            "status": status,
            "reason": reason,
            "message": message,
            "device": device,
        }
    )


def _explain(error: Exception) -> tuple[str, str, str]:
    if isinstance(error, VideoError):
        return "abstained", error.code, str(error)
    if isinstance(error, WeightsError):
        reason = WeightsMissing.code if isinstance(error, WeightsMissing) else "weights_altered"
        return "failed", reason, f"{error} {error.hint}".strip()
    if isinstance(error, FakeFinderError):
        return "failed", error.code, f"{error} {error.hint}".strip()
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return "failed", "out_of_memory", "The detector ran out of memory."
    logger.error("A detector crashed.", exc_info=error)
    return "failed", "crashed", f"The detector stopped with {type(error).__name__}: {error}"
