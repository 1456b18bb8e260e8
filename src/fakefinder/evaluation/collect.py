"""collect: evidence of each detector on each video of a manifest, from the ledger or scanned now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from fakefinder.detectors import registry
from fakefinder.errors import FakeFinderError, UsageError, WeightsAltered
from fakefinder.evaluation.ledger import Ledger
from fakefinder.evaluation.manifest import Row
from fakefinder.evaluation.result import AskedDetector
from fakefinder.records.report import Evidence, Report
from fakefinder.scan import Scanner, Step
from fakefinder.weights.active import file_sha256
from fakefinder.weights.store import WeightStore

Watch = Callable[[Step], None]


@dataclass
class LabelledVideo:
    """A row of the manifest with the evidence on it by detector; no sha256 where the file cannot be read.

    ``copies`` are later rows whose files hold the same bytes: they are this video once more, and do not count.
    """

    row: Row
    sha256: str | None
    copies: list[Row] = field(default_factory=list)
    evidence: dict[str, Evidence] = field(default_factory=dict)

    def lacks(self, name: str) -> bool:
        """True where a detector has no lasting result: none at all, or a failure, which is worth another try."""
        return name not in self.evidence or self.evidence[name].status == "failed"


def asked_detector(name: str, store: WeightStore) -> AskedDetector:
    """A detector as it would be asked now; nothing is loaded.

    Raises:
        DetectorUnknown, DetectorBroken: no detector has that name, or it cannot be imported.
        WeightsMissing, WeightsAltered: its weights are not ready.
    """
    card = registry.detector_class(name).card
    weights = store.active(name) if card.needs_weights else None
    return AskedDetector(
        detector=name,
        version=card.version,
        recipe=card.recipe,
        weights_sha256=weights.sha256 if weights else {},
        weights_unlisted=weights.unlisted if weights else (),
    )


def labelled(rows: Sequence[Row]) -> list[LabelledVideo]:
    """The videos of the rows, each once, hashed, without evidence yet.

    Equal bytes are one video, with the label, group and split of the first row that names them: a video that counts
    twice tells nothing new, and makes intervals too narrow.

    Raises:
        UsageError: the same bytes are called real in one row and fake in another.
    """
    videos, seen = [], dict[str, LabelledVideo]()
    for row in rows:
        video = LabelledVideo(row, _sha256(row))
        first = seen.setdefault(video.sha256, video) if video.sha256 else video
        if first is video:
            videos.append(video)
        else:
            first.copies.append(row)
        if first.row.label != row.label:
            sentence = f"Lines {first.row.line} and {row.line} are the same video, once real and once fake."
            raise UsageError(sentence, hint="Correct one label, or remove one line.")
    return videos


def fill_in_kept(videos: Iterable[LabelledVideo], asked: Sequence[AskedDetector], ledger: Ledger) -> None:
    """Give the videos what the ledger holds of these detectors; older failures too."""
    kept = ledger.evidence()
    for video in videos:
        for one in asked:
            if video.sha256 and (found := kept.get(one.key(video.sha256))):
                video.evidence[one.detector] = found


def scan_missing(
    videos: Sequence[LabelledVideo],
    asked: Sequence[AskedDetector],
    ledger: Ledger,
    make_scanner: Callable[[Sequence[str]], Scanner],
    watch: Watch,
) -> None:
    """Scan what has no evidence, or has failed before; every report is kept at once.

    Videos that lack the same detectors are scanned together, by one scanner, which loads each detector once.

    Raises:
        WeightsAltered: weights were changed meanwhile.
    """
    by_name = {one.detector: one for one in asked}
    for names, some in _by_missing(videos, by_name, watch).items():
        scanner = make_scanner(names)
        for video in some:
            try:
                report = scanner.scan(video.row.file)
            except (FakeFinderError, OSError) as error:  # the file went away
                video.evidence |= {name: _not_read(by_name[name], error) for name in names}
                _tell(watch, [video.row, *video.copies], video, names)
                continue
            _refuse_other_weights(report, by_name)
            ledger.append(report, [by_name[name] for name in names])
            video.sha256 = report.video.sha256
            video.evidence |= {one.detector: one.model_copy(update={"tracks": ()}) for one in report.evidence}
            _tell(watch, video.copies, video, names)  # of the video itself the scanner has told


def _by_missing(
    videos: Iterable[LabelledVideo], asked: Iterable[str], watch: Watch
) -> dict[tuple[str, ...], list[LabelledVideo]]:
    """The videos by what they lack; what they have is told to ``watch``."""
    grouped: dict[tuple[str, ...], list[LabelledVideo]] = {}
    for video in videos:
        missing = tuple(filter(video.lacks, asked))
        _tell(watch, [video.row, *video.copies], video, [name for name in asked if name not in missing])
        if missing:
            grouped.setdefault(missing, []).append(video)
    return grouped


def _tell(watch: Watch, rows: Iterable[Row], video: LabelledVideo, names: Sequence[str]) -> None:
    """Tell the ends of these detectors for rows of a video: there are as many ends as rows, copies too."""
    for row in rows:
        for name in names:
            watch(Step(row.file.name, name, video.evidence[name].status))


def _refuse_other_weights(report: Report, asked: Mapping[str, AskedDetector]) -> None:
    for one in report.evidence:
        if one.weights_sha256 and one.weights_sha256 != asked[one.detector].weights_sha256:
            raise WeightsAltered(
                f"The weights of {one.detector} were changed while the evaluation ran.",
                hint="Run the same command again: it starts with the new weights, and keeps what is not theirs.",
            )


def _not_read(asked: AskedDetector, error: Exception) -> Evidence:
    return Evidence(
        detector=asked.detector,
        version=asked.version,
        recipe=asked.recipe,
        status="failed",
        reason="not_found",
        message=f"The video cannot be read: {error}",
    )


def _sha256(row: Row) -> str | None:
    try:
        return file_sha256(row.file)
    except OSError:
        return None
