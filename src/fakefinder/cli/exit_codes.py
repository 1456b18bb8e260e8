"""Exit codes, in one table; a verdict alone never changes the code."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from fakefinder.errors import (
    DetectorBroken,
    DetectorError,
    DeviceUnavailable,
    FakeFinderError,
    LicenceNotAccepted,
    TrainingDiverged,
    UsageError,
    VideoError,
    WeightsError,
)

if TYPE_CHECKING:
    from fakefinder.evaluation.result import Outcome
    from fakefinder.records.report import Evidence, Report


class ExitCode(IntEnum):
    """What the shell is told."""

    DONE = 0
    BUG = 1
    USAGE = 2
    NO_INPUT = 3
    WEIGHTS = 4
    SOME_FAILED = 5
    FAIL_ON = 10
    INTERRUPTED = 130


_OF_ERROR: tuple[tuple[type[FakeFinderError], ExitCode], ...] = (
    (LicenceNotAccepted, ExitCode.USAGE),
    (DetectorBroken, ExitCode.SOME_FAILED),
    (UsageError, ExitCode.USAGE),
    (DetectorError, ExitCode.USAGE),
    (DeviceUnavailable, ExitCode.USAGE),
    (TrainingDiverged, ExitCode.USAGE),
    (VideoError, ExitCode.NO_INPUT),
    (WeightsError, ExitCode.WEIGHTS),
)
"""The first row whose class fits decides."""

_NO_PICTURE = frozenset({"unreadable", "decode_limit", "not_found"})
_NO_WEIGHTS = frozenset({"weights_missing", "weights_altered"})


def of_error(error: FakeFinderError) -> ExitCode:
    """The code of an error that ends a command."""
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), ExitCode.BUG)


def of_reports(reports: Sequence[Report], *, not_read: int = 0) -> ExitCode:
    """The code of a scan: ``not_read`` sources gave no report at all.

    A video that cannot be read is an abstention of every detector, yet a scan in which it happens is not all done.
    """
    return of_outcomes([report.evidence for report in reports], not_read=not_read)


def of_outcomes(videos: Sequence[Sequence[Evidence | Outcome]], *, not_read: int = 0) -> ExitCode:
    """The same of what all detectors made of each video."""
    unreadable = [bool(one) and all(each.reason in _NO_PICTURE for each in one) for one in videos]
    if all(unreadable):
        return ExitCode.NO_INPUT
    evidence = [each for one in videos for each in one]
    if any(one.reason in _NO_WEIGHTS for one in evidence):
        return ExitCode.WEIGHTS
    if not_read or any(unreadable) or any(one.status == "failed" for one in evidence):
        return ExitCode.SOME_FAILED
    return ExitCode.DONE
