"""The contract suite: what every detector must keep, checked by running it on small made videos.

    findings = check_detector(detector_class("boken"), weights=store.active("boken"))

Each check is one function that answers with the breach in a sentence, or with None. An author's
own test needs one line: ``assert not breaches(check_detector(MyDetector))``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from fakefinder.detectors.base import Detector, DetectorCard
from fakefinder.detectors.evidence_check import evidence_breach
from fakefinder.detectors.registry import GROUP
from fakefinder.detectors.trial import Broken, Trial, TrialVideos, make_trial_videos, try_on
from fakefinder.errors import FakeFinderError, VideoUnreadable
from fakefinder.media import open_video

if TYPE_CHECKING:
    from fakefinder.weights.store import ActiveWeights

Outcome = Literal["passed", "failed", "not_checked"]
T = TypeVar("T")

_SAME = 1e-5
"""Scores of one video closer than this are the same: threads may add in another order."""


@dataclass(frozen=True)
class Finding:
    """What one check found. ``message`` is the promise that was kept, the breach, or why nothing was checked."""

    check: str
    outcome: Outcome
    message: str


def check_detector(
    found: type[Detector],
    *,
    weights: ActiveWeights | None = None,
    face_video: Path | None = None,
    device: str = "cpu",
) -> list[Finding]:
    """A finding for each part of the contract. Nothing is raised for a detector that breaks it.

    Args:
        found: The detector's class.
        weights: Its weights; without them a detector that needs some is checked no further than its card.
        face_video: A video with a face, on which the detector must give a score. The made videos have none.
        device: ``cpu`` or ``cuda``.
    """
    findings = [_finding(check, found) for check in _ON_CLASS]
    if breaches(findings[:1]):
        return findings
    if found.card.needs_weights and weights is None:
        why = f"Weights missing: `fakefinder weights pull {found.card.name}`."
        return findings + [Finding(check.name, "not_checked", why) for check in (_LOADS, *_ON_VIDEO)]
    with TemporaryDirectory() as folder:
        bench = _Bench(lambda: found(weights, device), found.card, Path(folder), face_video)
        findings.append(_finding(_LOADS, bench))
        if findings[-1].outcome == "passed":
            findings += [_finding(check, bench) for check in _ON_VIDEO]
    return findings


def breaches(findings: Sequence[Finding]) -> list[str]:
    """The failed checks, a line each; empty where the contract is kept."""
    return [f"{finding.check}: {finding.message}" for finding in findings if finding.outcome == "failed"]


class _NotChecked(Exception):
    """A check has nothing to look at; the text says why."""


class _Bench:
    """The detector under test with the made videos; each is scored once where possible."""

    def __init__(self, make: Callable[[], Detector], card: DetectorCard, folder: Path, face_video: Path | None) -> None:
        self.card = card
        self.face_video = face_video
        self._make = make
        self._folder = folder

    @cached_property
    def detector(self) -> Detector:
        return self._make()

    @cached_property
    def videos(self) -> TrialVideos:
        return make_trial_videos(self._folder)

    @cached_property
    def dark(self) -> Trial:
        return try_on(self.detector, self.videos.dark)

    @cached_property
    def bright(self) -> Trial:
        return try_on(self.detector, self.videos.bright)

    @cached_property
    def still(self) -> Trial:
        return try_on(self.detector, self.videos.still)

    @cached_property
    def face(self) -> Trial:
        if self.face_video is None:
            raise _NotChecked("No video with a face was given (--video).")
        return try_on(self.detector, self.face_video)

    @property
    def trials(self) -> list[Trial]:
        made = [self.dark, self.bright, self.still]
        return [*made, self.face] if self.face_video else made


@dataclass(frozen=True)
class _Check(Generic[T]):
    """``breach`` answers with what is wrong, or None; ``promise`` is what holds then."""

    name: str
    promise: str
    breach: Callable[[T], str | None]


def _finding(check: _Check[T], subject: T) -> Finding:
    try:
        breach = check.breach(subject)
    except _NotChecked as why:
        return Finding(check.name, "not_checked", str(why))
    except Exception as error:
        return Finding(check.name, "failed", f"{type(error).__name__}: {error}")
    return Finding(check.name, "failed" if breach else "passed", breach or check.promise)


def _card(found: type[Detector]) -> str | None:
    card = getattr(found, "card", None)
    if not isinstance(card, DetectorCard):
        return "The class has no `card`, or it is not a DetectorCard."
    empty = [name for name in ("version", "title", "summary", "coverage", "caveats") if not getattr(card, name)]
    return f"The card leaves empty: {', '.join(empty)}." if empty else None


def _registered(found: type[Detector]) -> str | None:
    points = [point for point in entry_points(group=GROUP) if point.name == found.card.name]
    if not points:
        raise _NotChecked(f"No entry point of {GROUP} is named {found.card.name}; the package is not installed.")
    return None if points[0].load() is found else f"The entry point {found.card.name} leads to {points[0].value}."


def _torch_free(found: type[Detector]) -> str | None:
    code = "import importlib, sys; importlib.import_module(sys.argv[1]); sys.exit('torch' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    ended = subprocess.run([sys.executable, "-c", code, found.__module__], env=environment, capture_output=True)
    if ended.returncode == 0:
        return None
    errors = ended.stderr.decode(errors="replace").strip().splitlines()
    return errors[-1] if errors else f"Importing {found.__module__} imports torch; import it inside `load`."


def _loads(bench: _Bench) -> str | None:
    return None if isinstance(bench.detector, Detector) else "Making it gives no Detector."


def _evidence(bench: _Bench) -> str | None:
    found = (evidence_breach(trial.evidence, bench.card, trial.info) for trial in bench.trials)
    return next((breach for breach in found if breach), None)


def _one_frame(bench: _Bench) -> str | None:
    evidence = bench.still.evidence
    if bench.card.needs_video and evidence.status == "scored":
        return f"The card says `needs_video`, yet one frame got the score {evidence.score}."
    if not bench.card.needs_video and evidence.reason == "needs_video":
        return "One frame was refused with `needs_video`, which the card does not say."
    return None


def _repeatable(bench: _Bench) -> str | None:
    for first, path in ((bench.dark, bench.videos.dark), (bench.bright, bench.videos.bright)):
        again = try_on(bench.detector, path).evidence
        before, after = first.evidence.score, again.score
        same = before == after if before is None or after is None else abs(before - after) <= _SAME
        if not same or first.evidence.reason != again.reason:
            return f"The same video gave {before or first.evidence.reason}, then {after or again.reason}."
    return None


def _not_invented(bench: _Bench) -> str | None:
    dark, bright = bench.dark.evidence, bench.bright.evidence
    if dark.score is not None and dark.score == bright.score:
        return f"Two wholly different videos without a face got the same score, {dark.score}; abstain instead."
    return None


def _no_pictures(bench: _Bench) -> str | None:
    with open_video(bench.videos.dark) as video:
        for broken in (Broken(video), Broken(video, VideoUnreadable("No picture can be decoded."))):
            try:
                evidence = bench.detector.score(broken)
            except FakeFinderError:
                continue
            if evidence.status == "scored":
                return f"A video of which no picture can be decoded was given the score {evidence.score}."
    return None


def _in_order(bench: _Bench) -> str | None:
    return "Frames were asked for out of order, or twice." if any(t.out_of_order for t in bench.trials) else None


def _lets_go(bench: _Bench) -> str | None:
    kept = max(trial.frames_kept for trial in bench.trials)
    return f"After scoring it still holds {kept} frames (or crops that are views of them)." if kept else None


def _scores_a_face(bench: _Bench) -> str | None:
    evidence = bench.face.evidence
    return None if evidence.status == "scored" else f"No score on the video with a face: {evidence.reason}."


_ON_CLASS = (
    _Check("card", "The card says what the detector is, covers and cannot see.", _card),
    _Check("registered", "The entry point leads to this class.", _registered),
    _Check("torch_free", "Importing its module imports no torch.", _torch_free),
)
_LOADS = _Check("loads", "It loads.", _loads)
_ON_VIDEO = (
    _Check("evidence", "Its evidence is whole, and its times, frames and boxes lie in the video.", _evidence),
    _Check("one_frame", "One frame is scored or refused as the card says.", _one_frame),
    _Check("repeatable", "The same video gives the same answer.", _repeatable),
    _Check("not_invented", "Where there is nothing to score, no score is made up.", _not_invented),
    _Check("no_pictures", "A video of which nothing can be decoded gets no score.", _no_pictures),
    _Check("in_order", "Frames are asked for in ascending order.", _in_order),
    _Check("lets_go", "No frame is kept after scoring.", _lets_go),
    _Check("scores_a_face", "A video with a face gets a score.", _scores_a_face),
)
