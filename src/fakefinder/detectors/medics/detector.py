"""The detector: one pass over the first frames, then each region before all eight nets."""

from __future__ import annotations

from statistics import median_low
from typing import TYPE_CHECKING

from fakefinder.detectors.base import Detector, Evidence, Video
from fakefinder.detectors.crops import run_nets, sampling_base
from fakefinder.detectors.medics.card import CARD
from fakefinder.detectors.medics.cutting import RegionCrops, cut
from fakefinder.detectors.medics.nets import (
    CLIP_EXAMPLE,
    CLIP_NETS,
    FACE_NET,
    FACE_SIZE,
    clip_input,
    clip_net,
    clip_p_fake,
    face_input,
    face_net,
    timm_key,
)
from fakefinder.detectors.medics.regions import Grid, Region, find_regions
from fakefinder.detectors.medics.scores import aggregate, region_frames
from fakefinder.detectors.medics.search import Seen, look, look_again, unjudged_tracks
from fakefinder.faces.finder import FaceFinder
from fakefinder.faces.shrink import LongerSide
from fakefinder.media.aside import frames_aside
from fakefinder.records.report import TrackScore

if TYPE_CHECKING:
    from torch import nn

    from fakefinder.nets.compile import CompiledNet

SEARCHED = LongerSide(480)
SEARCHED_AGAIN = LongerSide(960)
"""Where the first search gives no region."""
MIN_FRAMES = 31
"""Four searched frames: 0, 10, 20 and 30."""


class Medics(Detector):
    """Mean of P(fake) over eight nets, each the mean over all faces that stay for a second or so."""

    card = CARD

    def load(self) -> None:
        self._finder = face_finder(SEARCHED, self.device)
        self._finder_again = face_finder(SEARCHED_AGAIN, self.device)
        by_family = sorted(CLIP_NETS, key=lambda file: CLIP_NETS[file].family)  # nets alike in a row are converted once
        nets = self.compiled(by_family, self._clip_net, CLIP_EXAMPLE, any_size=True)
        self._clip_nets: dict[str, CompiledNet] = dict(zip(by_family, nets, strict=True))
        [self._face_net] = self.compiled([FACE_NET], self._face_net_of, (3, FACE_SIZE, FACE_SIZE))

    def _clip_net(self, file: str) -> nn.Module:
        return self.net_from(file, lambda: clip_net(CLIP_NETS[file].family))

    def _face_net_of(self, file: str) -> nn.Module:
        return self.net_from(file, face_net, rename=timm_key)

    def score(self, video: Video) -> Evidence:
        count, recipe = sampling_base(video.info)
        seen = look(video, count, self._finder)
        if not seen.times:
            return self.abstained("unreadable")
        if len(seen.times) < MIN_FRAMES:
            return self._without_score(video, seen, "too_short", TOO_SHORT)
        regions = find_regions(seen.faces, grid(video, SEARCHED))
        if not regions:
            again = look_again(video, seen, self._finder_again)
            regions = find_regions(again.faces, grid(video, SEARCHED_AGAIN))
            seen = again if again.any_face else seen
        if not regions and seen.any_face:
            return self._without_score(video, seen, "too_few_faces", TOO_FEW_FACES)
        if not regions:
            return self._without_score(video, seen, "no_face", NO_FACE)
        return self._scored(video, seen, regions, recipe)

    def _scored(self, video: Video, seen: Seen, regions: list[Region], recipe: str | None) -> Evidence:
        by_region, tracks, looked_at = [], [], set(seen.searched)
        for number, region in enumerate(regions):
            crops = cut(region, frames_aside(video), len(seen.times))
            by_clip, by_face = self.probabilities(crops)
            by_region.append([*by_clip, median_low(by_face)])
            tracks.append(
                TrackScore(
                    track=number,
                    score=aggregate([[p] for p in by_region[-1]]),
                    frames=tuple(region_frames(region, crops.faces, by_face, seen)),
                    thumbnail=crops.thumbnail,
                )
            )
            looked_at.update(range(region.frames.start, region.frames.start + len(crops.clip)))
        times = [seen.times[index] for index in sorted(looked_at)]
        return self.scored(aggregate(list(zip(*by_region, strict=True))), times=times, tracks=tracks, recipe=recipe)

    def probabilities(self, crops: RegionCrops) -> tuple[list[float], list[float]]:
        """P(fake) of a region's clip by each 3-D net, and of each of its faces by the 2-D net."""
        by_clip = [
            clip_p_fake(self._clip_nets[file], clip_input(crops.clip, net.takes)) for file, net in CLIP_NETS.items()
        ]
        logits = run_nets([self._face_net], crops.faces, face_input, device=self.device)
        return by_clip, logits.sigmoid().flatten().tolist()

    def _without_score(self, video: Video, seen: Seen, reason: str, message: str) -> Evidence:
        times = [seen.times[index] for index in seen.searched]
        return self.abstained(reason, message, times=times, tracks=unjudged_tracks(video, seen))


TOO_SHORT = "Fewer than 31 frames can be read, too few for a region; the published system answers 0.5 then."
TOO_FEW_FACES = (
    "Faces were seen, but none in four successive searched frames, which are ten frames apart, and clear of the top "
    "and left border; the published system answers 0.5 then."
)
NO_FACE = "No face was found in any tenth frame of the first 100; the published system answers 0.5 then."


def face_finder(shrink: LongerSide, device: str) -> FaceFinder:
    """The face finder of the published system, which searches frames of a fixed longer side."""
    from fakefinder.faces.mtcnn import MtcnnFinder

    return MtcnnFinder(thresholds=(0.8, 0.8, 0.9), factor=0.71, largest_first=False, shrink=shrink, device=device)


def grid(video: Video, shrink: LongerSide) -> Grid:
    """The cells of the picture that is searched."""
    columns, rows, to_frame = shrink.size(video.info.width, video.info.height)
    return Grid(rows, columns, to_frame)
