"""boken: three small EfficientNets on the largest face of 15 frames (BokingChen, DeeperForensics Challenge 2020)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import floor
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, PublishedFigure, Video
from fakefinder.detectors.crops import face_tracks, gather, resized, run_nets, sampling_base
from fakefinder.faces.crop import FaceCrop, crop
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.sample import distinct, spread
from fakefinder.media.video import RGB

if TYPE_CHECKING:
    from torch import nn

    from fakefinder.nets.efficientnet import Padding, Variant

FRAMES = 15
INPUT_SIZE = 224
ENLARGE = 1.2
"""Side of the crop over the longer side of the face's box."""
CLIP = (0.01, 0.99)
"""The published score never leaves this range."""
NETS: dict[str, Variant] = {
    "efn-b0_LS_27_loss_0.2205.pth": "b0",
    "efn-b1_LS_6_loss_0.1756.pth": "b1",
    "efn-b2_LS_12_loss_0.1728.pth": "b2",
}
PADDING: Padding = "0.6.3"
"""Of the efficientnet_pytorch release that the published system runs on; the authors' own list names 0.7.0."""


class Boken(Detector):
    """Mean of P(fake) over the largest face of each frame and over three nets."""

    card = DetectorCard(
        name="boken",
        version="1",
        title="BokingChen, DeeperForensics Challenge 2020",
        summary="EfficientNet-B0, B1 and B2 each judge the largest face of 15 frames; the score is their mean, "
        "between 0.01 and 0.99.",
        coverage="15 instants spread evenly from the first to the last frame; in each only the largest face.",
        trained_on="DeeperForensics-1.0 (2020 face swaps of actors recorded under controlled light) and, as the "
        "authors write, UADFV, DFD, FaceForensics++, Celeb-DF and DFDC.",
        intended_use="A second opinion on whether the main face of a video was swapped, as one voice among several "
        "detectors. A score is no proof, and says nothing of sound, captions or context.",
        details=(
            "15 frame numbers are spread from the first to the last frame.",
            "MTCNN searches each frame at full size; the largest face is taken.",
            "A square of 1.2 times the box's longer side is cut out and resized to 224 pixels; at a border the square "
            "shrinks.",
            "Each net gives P(fake) of each crop; the score is the mean over crops and nets.",
        ),
        published=(
            PublishedFigure(
                value="First place of the development phase",
                data="DeeperForensics Challenge 2020, hidden test videos with distortions",
                source="the authors' page, github.com/beibuwandeluori/DeeperForensicsChallengeSolution",
            ),
        ),
        caveats=(
            "Smaller faces are never judged, and the judged person may change from frame to frame.",
            "It looks at single frames: artefacts over time are not seen.",
            "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
            "Which of two padding rules the weights were trained with is not known; the published system's is used.",
        ),
        citation="Jiang et al. 2021, DeeperForensics Challenge 2020 on Real-World Face Forgery Detection: "
        "Methods and Results, arXiv:2102.09471",
        home="https://github.com/beibuwandeluori/DeeperForensicsChallengeSolution",
    )

    def load(self) -> None:
        self._finder = largest_face_finder(self.device)
        self._nets = self.compiled(tuple(NETS), self._net, (3, INPUT_SIZE, INPUT_SIZE))

    def _net(self, file: str) -> nn.Module:
        from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch

        build = partial(efficientnet, NETS[file], 2, padding=PADDING)
        return self.net_from(file, build, rename=from_efficientnet_pytorch(NETS[file]))

    def score(self, video: Video) -> Evidence:
        count, recipe = sampling_base(video.info)
        seen = gather(video, video.frames(distinct(spread(count, FRAMES))), self._finder, cut)
        if not seen.times:
            return self.abstained("unreadable")
        if not seen.crops:
            return self.abstained("no_face", NO_FACE, times=seen.times)
        p = self.probabilities(seen.crops)
        return self.scored(aggregate(p), times=seen.times, tracks=face_tracks(seen, p.mean(axis=0)), recipe=recipe)

    def probabilities(self, crops: Sequence[FaceCrop]) -> NDArray[np.float32]:
        """P(fake) of each net for each crop, float32 (nets, crops)."""
        logits = run_nets(self._nets, crops, lambda x: x, device=self.device)
        return logits.softmax(dim=-1)[..., 1].numpy()


NO_FACE = "No face was found in any of the sampled frames; the published system answers 0.5 then."


def largest_face_finder(device: str) -> FaceFinder:
    """The face finder of the published system; detectors with equal settings share its results."""
    from fakefinder.faces.mtcnn import MtcnnFinder

    return MtcnnFinder(thresholds=(0.6, 0.7, 0.7), factor=0.6, largest_first=True, device=device)


def cut(frame: Frame, boxes: Sequence[FaceBox]) -> Iterator[tuple[FaceBox, RGB]]:
    """The first face, resized to 224 x 224; none where its square has no pixels inside the frame."""
    for box in boxes[:1]:
        left, top, side = square(box, frame.width, frame.height)
        if side > 0:
            pixels = crop(frame.rgb, (left, top, left + side, top + side))
            yield box, resized(pixels, INPUT_SIZE, INPUT_SIZE, cv2.INTER_LINEAR)


def square(box: FaceBox, width: int, height: int) -> tuple[int, int, int]:
    """Left, top and side of the published crop; at the right and lower border it shrinks and is not centred anew.

    Coordinates are added and subtracted in float32 and scaled in float64, as NumPy 1 did for the published system.
    """
    x1, y1, x2, y2 = (np.float32(v) for v in box.xyxy)
    side = int(ENLARGE * float(max(x2 - x1, y2 - y1)))
    left = max(floor(float(x1 + x2) / 2) - side // 2, 0)
    top = max(floor(float(y1 + y2) / 2) - side // 2, 0)
    return left, top, min(side, width - left, height - top)


def aggregate(p: NDArray[np.float32]) -> float:
    """The video's score from ``p`` (nets, crops): the mean over crops, then over nets, clipped."""
    return float(np.clip(p.mean(axis=1).astype(np.float64).mean(), *CLIP))
