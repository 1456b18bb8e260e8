"""Reports to render: one with everything in it, one of a video that could not be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from fakefinder.records.report import (
    Coverage,
    Evidence,
    FrameScore,
    Provenance,
    Report,
    TrackScore,
    VideoRecord,
)
from fakefinder.records.verdict import reach_verdict

HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> [red]\x1b[31m\u202egpj.mp4'

MakeReport = Callable[..., Report]


def make_report(video: VideoRecord, *evidence: Evidence) -> Report:
    """A report with its verdict, made on a fixed day."""
    provenance = Provenance(
        fakefinder="1.2.3",
        created_at=datetime(2026, 5, 4, 12, 0, tzinfo=UTC),
        host_device="2 cores",
        settings={"device": "auto"},
    )
    return Report(video=video, evidence=evidence, verdict=reach_verdict(evidence), provenance=provenance)


def thumbnail() -> bytes:
    """A small JPEG."""
    out = BytesIO()
    Image.new("RGB", (16, 16), (200, 120, 90)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture(name="make_report", scope="session")
def make_report_fixture() -> MakeReport:
    """The function that makes a report of a video and its evidence."""
    return make_report


@pytest.fixture
def full() -> Report:
    """Three detectors: one scored with a face, one abstained, one failed."""
    frames = tuple(
        FrameScore(index=i * 10, time_seconds=i / 3, score=0.9 + i / 100, box=(1.0, 2.0, 30.0, 40.0)) for i in range(4)
    )
    scored = Evidence(
        detector="alpha",
        version="1",
        recipe="still",
        status="scored",
        score=0.9123456789,
        weights_sha256={"alpha.pth": "ab" * 32},
        weights_unlisted=("alpha.pth",),
        coverage=Coverage(from_seconds=0.0, to_seconds=1.0, frames=4, faces=4),
        tracks=(TrackScore(track=0, score=0.91, frames=frames, thumbnail=thumbnail()),),
    )
    abstained = Evidence(detector="beta", version="2", recipe="faithful", status="abstained", reason="no_face")
    failed = Evidence(
        detector="gamma", version="3", recipe="faithful", status="failed", reason="crashed", message="It fell over."
    )
    video = VideoRecord(
        name="talk.mp4", sha256="cd" * 32, bytes=2_796_925, duration_seconds=2.0, width=640, height=360, fps=25.0,
        frame_count=50, codec="h264", decode_failures=1,
    )  # fmt: skip
    return make_report(video, scored, abstained, failed)


@pytest.fixture
def unreadable() -> Report:
    """A video with a hostile name of which nothing could be read."""
    evidence = Evidence(detector="alpha", version="1", recipe="faithful", status="abstained", reason="unreadable")
    return make_report(VideoRecord(name=HOSTILE), evidence)
