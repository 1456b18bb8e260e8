"""The rule that makes one score of all nets and regions, and what the evidence says of the frames of a region."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from fakefinder.detectors.medics.regions import EVERY, Region
from fakefinder.detectors.medics.search import Seen
from fakefinder.faces.crop import FaceCrop
from fakefinder.records.report import FrameScore

CLIP = (0.001, 0.999)
"""The published score never leaves this range."""


def aggregate(by_net: Sequence[Sequence[float]]) -> float:
    """The video's score from each net's P(fake) of each region: the mean over regions, then over nets, clipped."""
    low, high = CLIP
    return min(max(fmean(map(fmean, by_net)), low), high)


def region_frames(
    region: Region, faces: Sequence[FaceCrop], p_fake: Sequence[float], seen: Seen
) -> Iterator[FrameScore]:
    """The frames that the 2-D net judged, with their scores; then those that were only searched for faces."""
    for face, p in zip(faces, p_fake, strict=True):
        yield FrameScore(index=face.frame_index, time_seconds=face.time_seconds, score=p, box=face.box.xyxy)
    for searched in range(len(region.mask)):
        index = EVERY * (region.first + searched)
        if index > faces[-1].frame_index:
            yield FrameScore(index=index, time_seconds=seen.times[index], score=None, box=region.box(searched))
