"""Report and its parts: what a scan answers, for a person and for a program.

The JSON form is fixed: see ``docs/report-schema.md`` and ``docs/report.schema.json``.
Scores are P(fake) in [0, 1]; times are seconds from the first frame; boxes are
``[x1, y1, x2, y2]`` in pixels of the upright picture and may leave it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Status = Literal["scored", "abstained", "failed"]
Level = Literal["likely_fake", "uncertain", "likely_real", "undetermined"]
Score = Annotated[float, Field(ge=0.0, le=1.0)]
Box = tuple[float, float, float, float]

REASONS: dict[str, str] = {
    "no_face": "No face was found in the frames that were looked at.",
    "face_too_small": "All faces that were found are too small to be judged.",
    "too_short": "The video has too few frames for this detector.",
    "too_few_faces": "Too few faces were found for this detector.",
    "needs_video": "This detector needs moving pictures; one frame is not enough.",
    "unreadable": "No picture could be decoded.",
    "decode_limit": "Decoding was stopped at a memory, time or size limit.",
    "weights_missing": "The detector's weights are not in the weight store.",
    "weights_altered": "The detector's weights are not what is on record.",
    "device_unavailable": "The device asked for is not there.",
    "no_space": "The folder of temporary files is full.",
    "out_of_memory": "The detector ran out of memory.",
    "detector_broken": "The detector could not be loaded.",
    "crashed": "The detector stopped with an error.",
}
"""Reason codes of built-in detectors and of the scan itself, with their default sentence."""


def _encodable(value: object) -> object:
    """``value`` with every text fit for UTF-8: stray bytes of file names that are no valid Unicode are written out."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(name): _encodable(item) for name, item in value.items()}
    return [_encodable(item) for item in value] if isinstance(value, (list, tuple)) else value


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _make_encodable(cls, value: object) -> object:
        return _encodable(value)


class FrameScore(_Record):
    """One face in one frame."""

    index: int = Field(ge=0, description="Frame number from 0.")
    time_seconds: float
    score: Score | None = Field(description="P(fake) of this face in this frame, where the detector has one.")
    box: Box


class TrackScore(_Record):
    """One face over time."""

    track: int = Field(ge=0)
    score: Score | None
    frames: tuple[FrameScore, ...]
    thumbnail: bytes | None = Field(default=None, exclude=True, repr=False, description="JPEG; not part of the JSON.")


class Coverage(_Record):
    """Which part of the video a result speaks of."""

    from_seconds: float
    to_seconds: float
    frames: int = Field(ge=0, description="Frames that were looked at.")
    faces: int = Field(ge=0, description="Faces that were looked at, one for each face in each frame.")


class Evidence(_Record):
    """One detector's result on one video. ``score`` is set if and only if ``status`` is ``scored``."""

    detector: str
    version: str
    recipe: str
    status: Status
    score: Score | None = None
    reason: str | None = None
    message: str | None = None
    seconds: float = Field(default=0.0, ge=0.0, description="Time spent in this detector, decoding apart.")
    device: str = "cpu"
    weights_sha256: dict[str, str] = Field(default_factory=dict, description="Published file name to sha256.")
    weights_unlisted: tuple[str, ...] = Field(default=(), description="Files whose sha256 no catalogue lists.")
    coverage: Coverage | None = None
    tracks: tuple[TrackScore, ...] = ()

    def model_post_init(self, _context: object, /) -> None:
        if (self.status == "scored") != (self.score is not None):
            raise ValueError("a score goes with status 'scored', and only with it")
        if (self.status == "scored") == (self.reason is not None):
            raise ValueError("a reason goes with status 'abstained' or 'failed', and only with them")


class VideoRecord(_Record):
    """What the report says of the video. Null where the video could not be read."""

    name: str
    sha256: str | None = None
    bytes: int | None = None
    duration_seconds: float | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    frame_count: int | None = Field(default=None, description="Counted, not taken from the header.")
    codec: str | None = None
    decode_failures: int = 0


class Verdict(_Record):
    """A worded reading of all evidence together."""

    level: Level
    score: Score | None
    method: str
    detectors_scored: int
    detectors_asked: int
    sentence: str
    at_chance: tuple[str, ...] = Field(
        default=(), description="Detectors that scored but were no better than chance where they were measured."
    )


class Provenance(_Record):
    """What a second person needs to get the same scores."""

    fakefinder: str
    created_at: datetime
    host_device: str
    settings: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class Report(_Record):
    """VideoRecord, all Evidence, Verdict and Provenance."""

    schema_version: Literal[1] = 1
    video: VideoRecord
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    provenance: Provenance
