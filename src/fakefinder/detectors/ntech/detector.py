"""The detector ntech: what it loads, which frames it takes, and when it has no score."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from fakefinder.detectors.base import Detector, Evidence, Video
from fakefinder.detectors.crops import sampling_base
from fakefinder.detectors.ntech.card import CARD
from fakefinder.detectors.ntech.crops import HEIGHT, WIDTH
from fakefinder.detectors.ntech.judge import CropJudge, JudgedTrack
from fakefinder.detectors.ntech.plan import SEQUENCE_FRAMES, NetName
from fakefinder.detectors.ntech.scores import aggregate, probabilities, track_scores, unscored
from fakefinder.detectors.ntech.stream import FaceStream
from fakefinder.detectors.ntech.tracks import MIN_BEST_CONFIDENCE, MIN_SEARCHES, SEARCH_EVERY
from fakefinder.faces.dsfd import DsfdFinder
from fakefinder.faces.finder import FaceFinder, find_faces
from fakefinder.faces.single_shot import EXAMPLE_SHAPE
from fakefinder.media.sample import batches

if TYPE_CHECKING:
    from torch import nn

    from fakefinder.nets.compile import CompiledNet

FRAMES_A_SECOND = 15
SEARCHES_AT_ONCE = {"cpu": 1, "cuda": 8}
"""Frames searched for faces together, each held with the two behind it: 150 MB of pixels at 1080p for eight."""
FINDER_FILE = "WIDERFace_DSFD_RES152.fp16.pth"
FILES: dict[NetName, str] = {
    "sequence": "efficientnet-b7_ns_seq_aa-original-mstd0.5_100k_v4_cad79a/snapshot_100000.fp16.pth",
    "wide": "efficientnet-b7_ns_aa-original-mstd0.5_large_crop_100k_v4_cad79a/snapshot_100000.fp16.pth",
    "close": "efficientnet-b7_ns_aa-original-mstd0.5_re_100k_v4_cad79a/snapshot_100000.fp16.pth",
}


class Ntech(Detector):
    """One weighted mean of what three nets say of all faces that are followed long enough."""

    card = CARD

    def load(self) -> None:
        (finder,) = self.compiled((FINDER_FILE,), self._finder_net, EXAMPLE_SHAPE, any_size=True)
        self._finder: FaceFinder = DsfdFinder(finder, self.weights.sha256[FINDER_FILE])
        picture = (3, HEIGHT, WIDTH)
        wide, close = self.compiled((FILES["wide"], FILES["close"]), self._face_net, picture)
        (sequence,) = self.compiled((FILES["sequence"],), self._sequence_net, (SEQUENCE_FRAMES, *picture))
        self._nets: dict[NetName, CompiledNet] = {"sequence": sequence, "wide": wide, "close": close}

    def _finder_net(self, file: str) -> nn.Module:
        from fakefinder.nets.dsfd import Dsfd, from_published

        return self.net_from(file, Dsfd, rename=from_published)

    def _face_net(self, file: str) -> nn.Module:
        from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch

        build = partial(efficientnet, "b7", 1, padding="0.6.3")
        return self.net_from(file, build, rename=from_efficientnet_pytorch("b7"))

    def _sequence_net(self, file: str) -> nn.Module:
        from fakefinder.nets.efficientnet_sequence import EfficientNetSequence, from_published

        build = partial(EfficientNetSequence, "b7", SEQUENCE_FRAMES, padding="0.6.3")
        return self.net_from(file, build, rename=from_published("b7"))

    def score(self, video: Video) -> Evidence:
        count, recipe = sampling_base(video.info)
        step = frame_step(video.info.fps_from_header)
        if step == 0:
            return self.abstained("low_frame_rate", LOW_FRAME_RATE.format(float(video.info.fps_from_header)))
        stream, times = FaceStream(CropJudge(self._nets, self.device)), []
        for batch in batches(video.frames(range(0, count, step)), SEARCH_EVERY * SEARCHES_AT_ONCE[self.device]):
            searched = [frame for frame in batch if frame.index // step % SEARCH_EVERY == 0]
            faces = dict(zip(searched, find_faces(video, searched, self._finder), strict=True))
            for frame in batch:
                times.append(frame.time_seconds)
                stream.add(frame.index // step, frame, faces.get(frame))
        stream.finish()
        p = probabilities(stream.counted)
        if p.size:
            return self.scored(aggregate(p), times=times, tracks=track_scores(stream.counted), recipe=recipe)
        return self._without_score(times, stream)

    def _without_score(self, times: Sequence[float], stream: FaceStream) -> Evidence:
        if not times:
            return self.abstained("unreadable")
        if stream.counted:
            return self.abstained("no_pixels", NO_PIXELS, times=times, tracks=unscored(stream.counted))
        if stream.dropped:
            return self.abstained("no_track", no_track(stream.dropped), times=times, tracks=unscored(stream.dropped))
        return self.abstained("no_face", NO_FACE, times=times)


LOW_FRAME_RATE = (
    "The header states {:g} frames a second; below 8 the published system looks at no frame and answers 0.5."
)
NO_FACE = "No face was found in any of the searched frames; the published system answers 0.5 then."
NO_PIXELS = "The faces that were found lie outside the picture; the published system stops with an error then."


def no_track(dropped: Sequence[JudgedTrack]) -> str:
    """Why tracks do not count, told of the longest."""
    longest = dropped[0].track
    if len(longest.faces) < MIN_SEARCHES:
        why = f"No face was found in {MIN_SEARCHES} searches in a row ({len(longest.faces)} at most)"
    else:
        why = (
            f"No face that was found in {MIN_SEARCHES} searches in a row reached a confidence of {MIN_BEST_CONFIDENCE} "
            f"(the longest seen one: {longest.confidence:.2f})"
        )
    return f"{why}; the published system answers 0.5 then."


def frame_step(fps: Fraction) -> int:
    """From one sampled frame to the next; 0 where the rate is too low. The rate counts without its fraction."""
    return round(int(fps) / FRAMES_A_SECOND)
