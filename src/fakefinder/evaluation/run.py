"""evaluate: detectors on the videos of a manifest, with everything that was scored kept as it comes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from fakefinder._version import __version__
from fakefinder.errors import UsageError
from fakefinder.evaluation import assess, bootstrap, ledger, outputs, worst
from fakefinder.evaluation.collect import (
    LabelledVideo,
    asked_detector,
    fill_in_kept,
    labelled,
    scan_missing,
)
from fakefinder.evaluation.manifest import Manifest
from fakefinder.evaluation.result import (
    AskedDetector,
    Evaluation,
    EvaluationProvenance,
    Options,
)
from fakefinder.nets.device import resolve
from fakefinder.records.verdict import METHOD
from fakefinder.scan import Scanner, Step
from fakefinder.weights.store import WeightStore

DEFAULT_OPTIONS = Options()


def evaluate(
    manifest: Manifest,
    detectors: Sequence[str],
    output: str | Path,
    *,
    store: WeightStore,
    options: Options = DEFAULT_OPTIONS,
    watch: Callable[[Step], None] = lambda step: None,
) -> Evaluation:
    """Score what is not yet scored, and write figures, scores and a page into the folder ``output``.

    Each report is kept in ``output`` at once, with a small picture of a face in the video. Run again, after an
    interruption too, it scans only what is not there: other videos, other detectors, other versions or weights of
    them, and what has failed before. Where nothing is missing, no detector is loaded.

    Args:
        manifest: the videos, as ``read_manifest`` gives them.
        detectors: names.
        output: a folder; made where it is not there.
        store: where the weights are.
        options: device, threshold, and what is made of missing scores.
        watch: is told each step, and at once the ends of those that were done before.

    Raises:
        UsageError: no detectors, labels that contradict each other, or an output folder that cannot be used.
        DetectorUnknown, DetectorBroken, DeviceUnavailable: wrong arguments.
        WeightsError: the weights of a detector are not ready, or changed meanwhile.
    """
    asked = _asked(detectors, store)
    if options.device != "auto":
        resolve(options.device)  # a device that is not there is told before anything is hashed
    with ledger.opened(Path(output)) as kept:
        videos = labelled(manifest.rows)
        fill_in_kept(videos, asked, kept)

        def make_scanner(names: Sequence[str]) -> Scanner:
            return Scanner(names, store, device=options.device, watch=watch)

        scan_missing(videos, asked, kept, make_scanner, watch)
        found = _evaluation(manifest, asked, videos, options)
        outputs.write(found, Path(output), _pictures(found, asked, kept))
    return found


def from_kept(
    manifest: Manifest,
    detectors: Sequence[str],
    output: str | Path,
    *,
    store: WeightStore,
    options: Options = DEFAULT_OPTIONS,
) -> Evaluation:
    """The evaluation from the reports that are kept in the folder ``output`` alone; nothing is scanned or written.

    What is not there is told as ``not_scanned``, and enters no figure; failures are told as they were. Raises as
    ``evaluate``.
    """
    asked = _asked(detectors, store)
    videos = labelled(manifest.rows)
    fill_in_kept(videos, asked, ledger.Ledger(Path(output) / ledger.NAME))
    return _evaluation(manifest, asked, videos, options)


def _asked(detectors: Sequence[str], store: WeightStore) -> list[AskedDetector]:
    if not detectors:
        raise UsageError("No detector is named.", hint="`fakefinder detectors list` shows them all.")
    return [asked_detector(name, store) for name in dict.fromkeys(detectors)]


def _pictures(found: Evaluation, asked: Sequence[AskedDetector], kept: ledger.Ledger) -> dict[tuple[str, str], bytes]:
    """Faces in the videos on which some detector errs most."""
    shown = [wrong.video.sha256 for errors in worst.errors(found) for wrong in errors.shown]
    return kept.pictures(asked, {sha256 for sha256 in shown if sha256})


def _evaluation(
    manifest: Manifest, asked: Sequence[AskedDetector], videos: Sequence[LabelledVideo], options: Options
) -> Evaluation:
    names = [one.detector for one in asked]
    found = assess.video_results(videos, names)
    return Evaluation(
        missing=missing_sentence(options),
        copies=copies_sentence(videos),
        detectors=tuple(assess.detector_result(name, found, options) for name in names),
        collective=assess.collective_result(found, options) if len(names) > 1 else None,
        pairs=assess.pairs(names, found, options),
        videos=found,
        provenance=EvaluationProvenance(
            fakefinder=__version__,
            created_at=datetime.now(UTC),
            manifest=manifest.name,
            manifest_sha256=manifest.sha256,
            split=manifest.split,
            group=manifest.group,
            options=options,
            detectors=tuple(asked),
            collective_method=METHOD,
            resamples=bootstrap.RESAMPLES,
            seed=bootstrap.SEED,
            confidence=bootstrap.CONFIDENCE,
        ),
    )


def missing_sentence(options: Options) -> str:
    """What is made of videos on which a detector gave no score."""
    if options.missing == "neutral":
        return (
            f"A video on which a detector abstained or failed counts with the neutral value {options.neutral:g}, "
            "which is no score of the detector."
        )
    return "Videos on which a detector abstained or failed are left out of its figures."


def copies_sentence(videos: Sequence[LabelledVideo]) -> str | None:
    """How many files are the same as others; None where none is."""
    copies = sum(len(video.copies) for video in videos)
    if not copies:
        return None
    files = f"{copies:,} of the {len(videos) + copies:,} files"
    if copies == 1:
        return f"{files} is byte for byte the same as another and counts once."
    return f"{files} are byte for byte the same as others and count once."
