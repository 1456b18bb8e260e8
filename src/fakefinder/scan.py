"""The spine: probe a video, decode it once, score it with each detector, report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from fakefinder._version import __version__
from fakefinder.detectors import registry
from fakefinder.detectors.base import Detector, DetectorCard
from fakefinder.detectors.failure import without_score
from fakefinder.errors import DetectorBroken, VideoError
from fakefinder.media import DEFAULT_LIMITS, DecodeLimits, Video, open_video
from fakefinder.media.share import share
from fakefinder.nets.device import describe, resolve
from fakefinder.records.report import Evidence, Provenance, Report, VideoRecord
from fakefinder.records.verdict import reach_verdict
from fakefinder.weights import default_root
from fakefinder.weights.active import file_sha256
from fakefinder.weights.store import WeightStore


@dataclass(frozen=True)
class Step:
    """Where a scan is: ``state`` is ``loading``, ``scoring``, or the status that the evidence ended with."""

    video: str
    detector: str
    state: str


class Scanner:
    """Scans many videos with the same detectors, each of which is loaded once."""

    def __init__(
        self,
        detectors: Sequence[str],
        store: WeightStore,
        *,
        device: str = "auto",
        limits: DecodeLimits = DEFAULT_LIMITS,
        watch: Callable[[Step], None] = lambda step: None,
    ) -> None:
        """Load nothing yet; ``device`` is ``auto``, ``cpu`` or ``cuda``.

        Raises:
            DetectorUnknown: no detector has one of the names.
            DeviceUnavailable: the device is not there.
        """
        self._cards: dict[str, DetectorCard] = {}
        self._classes: dict[str, type[Detector] | DetectorBroken] = {}
        for name in detectors:
            self._cards[name], self._classes[name] = registry.card_and_class(name)
        self._store = store
        self._device = resolve(device)
        self._limits = limits
        self._watch = watch
        self._loaded: dict[str, tuple[Path | None, Detector]] = {}
        self._settings: dict[str, str | int | float | bool | None] = {
            "device": device,
            "decode_memory_bytes": limits.memory_bytes,
            "decode_cpu_seconds": limits.cpu_seconds,
        }

    def scan(self, path: str | Path) -> Report:
        """The report on one video; whatever goes wrong with it is told in the report.

        Raises:
            VideoNotFound: there is no such file.
        """
        path = Path(path)
        with open_video(path, self._limits) as video:
            video.start()
            consumers = [self._consumer(name, path.name) for name in self._classes]
            record = VideoRecord(name=path.name, sha256=file_sha256(path), bytes=path.stat().st_size)
            evidence: list[Evidence]
            try:
                info = video.info
            except VideoError as error:
                evidence = [self._without_score(name, error) for name in self._classes]
            else:
                served = share(video, consumers)
                evidence = [one.result.model_copy(update={"seconds": one.seconds}) for one in served]
                record = record.model_copy(
                    update={
                        "duration_seconds": info.duration_seconds,
                        "width": info.width,
                        "height": info.height,
                        "fps": float(info.fps_from_header),
                        "frame_count": info.frame_count,
                        "codec": info.codec,
                        "decode_failures": video.decode_failures,
                    }
                )
        return Report(
            video=record,
            evidence=tuple(evidence),
            verdict=reach_verdict(evidence, at_chance=self._at_chance(evidence)),
            provenance=Provenance(
                fakefinder=__version__,
                created_at=datetime.now(UTC),
                host_device=describe(self._device),
                settings=self._settings,
            ),
        )

    def _consumer(self, name: str, video: str) -> Callable[[Video], Evidence]:
        """What scores a video with one detector and never raises; it is loaded here, while the child starts."""
        failure: Exception | None = None
        try:
            detector = self._detector(name, video)
        except Exception as error:
            failure = error

        def run(video: Video) -> Evidence:
            try:
                if failure is not None:
                    raise failure
                self._watch(Step(video.info.name, name, "scoring"))
                if detector.card.needs_video and video.info.is_still:
                    evidence = detector.abstained("needs_video")
                else:
                    evidence = detector.score(video)
            except Exception as error:
                evidence = self._without_score(name, error)
            self._watch(Step(video.info.name, name, evidence.status))
            return evidence

        return run

    def _detector(self, name: str, video: str) -> Detector:
        """The loaded detector; loaded anew where another version of its weights has become active."""
        detector_class = self._classes[name]
        if isinstance(detector_class, DetectorBroken):
            raise detector_class
        weights = self._store.active(name) if detector_class.card.needs_weights else None
        folder = weights.folder if weights else None
        if name not in self._loaded or self._loaded[name][0] != folder:
            self._watch(Step(video, name, "loading"))
            self._loaded[name] = folder, detector_class(weights, self._device)
        return self._loaded[name][1]

    def _at_chance(self, evidence: Sequence[Evidence]) -> set[str]:
        """The detectors that, with the weights they have now, were measured to be no better than chance."""
        pairs = zip(self._cards.values(), evidence, strict=True)
        return {one.detector for card, one in pairs if card.at_chance_with(one.weights_sha256)}

    def _without_score(self, name: str, error: Exception) -> Evidence:
        return without_score(self._cards[name], error, self._device)


def scan(
    source: str | Path,
    detectors: Sequence[str] | None = None,
    *,
    weights: str | Path | None = None,
    device: str = "auto",
) -> Report:
    """The report on one video.

    Args:
        source: a video or a still picture on this machine.
        detectors: names; None takes those whose weights are here, else ``blend``. They are kept for the next call.
        weights: folder of the weight store; None takes the user's.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        VideoNotFound, DetectorUnknown, DeviceUnavailable: wrong arguments. What goes wrong later is in the report.
    """
    store = WeightStore(Path(weights) if weights else default_root())
    return _scanner(tuple(detectors or registry.ready(store)), store.root, device).scan(source)


@lru_cache(maxsize=4)
def _scanner(detectors: tuple[str, ...], root: Path, device: str) -> Scanner:
    return Scanner(detectors, WeightStore(root), device=device)


class _CallableModule(ModuleType):
    """Lets ``fakefinder.scan(...)`` work also after this module of the same name has been imported."""

    __call__ = staticmethod(scan)


sys.modules[__name__].__class__ = _CallableModule
