"""FakeFinder: several published detectors score a video for face manipulation, side by side.

    import fakefinder
    report = fakefinder.scan("clip.mp4", detectors=["selimsef", "boken"])
    report.verdict.level, [(e.detector, e.status, e.score) for e in report.evidence]

Names are imported when they are first used: ``import fakefinder`` alone is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fakefinder._version import __version__

if TYPE_CHECKING:
    from fakefinder.detectors.base import Detector
    from fakefinder.errors import FakeFinderError
    from fakefinder.media import DecodeLimits, Frame, Video, VideoInfo, open_video
    from fakefinder.records.card import DetectorCard
    from fakefinder.records.report import Evidence, Report, Verdict
    from fakefinder.scan import Scanner, scan
    from fakefinder.weights.store import WeightStore

_HOMES = {
    "fakefinder.detectors.base": ("Detector",),
    "fakefinder.errors": ("FakeFinderError",),
    "fakefinder.media": ("DecodeLimits", "Frame", "Video", "VideoInfo", "open_video"),
    "fakefinder.records.card": ("DetectorCard",),
    "fakefinder.records.report": ("Evidence", "Report", "Verdict"),
    "fakefinder.scan": ("Scanner", "scan"),
    "fakefinder.weights.store": ("WeightStore",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "DecodeLimits",
    "Detector",
    "DetectorCard",
    "Evidence",
    "FakeFinderError",
    "Frame",
    "Report",
    "Scanner",
    "Verdict",
    "Video",
    "VideoInfo",
    "WeightStore",
    "__version__",
    "open_video",
    "scan",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'fakefinder' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
