"""selimsef: seven EfficientNet-B7 on all faces of 32 frames (Selim Seferbekov, first place of the DFDC 2020)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, PublishedFigure, Video
from fakefinder.detectors.crops import GatheredCrops, face_tracks, gather, resized, run_nets, sampling_base, up_to_gap
from fakefinder.detectors.normalise import normalised
from fakefinder.faces.crop import FaceCrop, crop
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.sample import before_repeat, spread
from fakefinder.media.video import RGB
from fakefinder.weights.load import inside

if TYPE_CHECKING:
    from torch import nn

FRAMES = 32
INPUT_SIZE = 380
CROPS = 127
"""The published buffer has room for four faces a frame, of which the last is never filled."""
FILES = tuple(
    f"final_{seed}_DeepFakeClassifier_tf_efficientnet_b7_ns_0_{epoch}"
    for seed, epoch in ((111, 36), (555, 19), (777, 29), (777, 31), (888, 37), (888, 40), (999, 23))
)


class Selimsef(Detector):
    """Mean over seven nets of what each is most sure of among all faces."""

    card = DetectorCard(
        name="selimsef",
        version="1",
        title="Selim Seferbekov, first place of the Deepfake Detection Challenge 2020",
        summary="Seven EfficientNet-B7 judge every face of 32 frames; each counts the faces it is sure of where they "
        "are enough, else all; the score is the mean over the nets.",
        coverage="32 instants spread evenly from the first to the last frame; every face of about 40 pixels or more, "
        "up to 127 in all, first in time. Of a video under 32 frames only the first frame, as published.",
        trained_on="DFDC (2020 face swaps of paid actors), on EfficientNet-B7 pre-trained with Noisy Student.",
        intended_use="A second opinion on whether a face in a video was swapped, as one voice among several detectors. "
        "A score is no proof, and says nothing of sound, captions or context.",
        details=(
            "32 frame numbers are spread from the first to the last frame.",
            "MTCNN searches each frame at half its width and height.",
            "Each face is cut out with a third of its box more on every side, resized to 380 pixels and put into a "
            "black square.",
            "Each net gives P(fake) of each crop.",
            "A net counts only the crops above 0.8 where these are more than 11 and more than two fifths, only those "
            "below 0.2 where these are more than nine tenths, else all; the score is the mean over the nets.",
        ),
        published=(
            PublishedFigure(
                value="Log loss 0.42798, the lowest of 2,114 participants",
                data="DFDC private test set of 10,000 videos",
                source="Kaggle leaderboard; Dolhansky et al. 2020, arXiv:2006.07397",
            ),
            PublishedFigure(
                value="Accuracy 65.18 %",
                data="DFDC private test set of 10,000 videos",
                source="Facebook AI 2020, Deepfake Detection Challenge Results",
            ),
        ),
        caveats=(
            "One manipulated person among several counts only by his share of the faces.",
            "With more than four faces a frame the end of the video is not looked at.",
            "It abstains where only one face is seen in all sampled frames: the published system has no score there. "
            "A still picture with one face is scored, as recipe `still`.",
            "It looks at single frames: artefacts over time are not seen.",
            "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
        ),
        citation="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397",
        home="https://github.com/selimsef/dfdc_deepfake_challenge",
    )

    def load(self) -> None:
        self._finder = half_size_finder(self.device)
        self._nets = self.compiled(FILES, self._net, (3, INPUT_SIZE, INPUT_SIZE))

    def _net(self, file: str) -> nn.Module:
        from fakefinder.nets.efficientnet import efficientnet

        return self.net_from(file, lambda: efficientnet("b7", 1), rename=timm_key, ignore=("encoder.classifier.*",))

    def score(self, video: Video) -> Evidence:
        count, recipe = sampling_base(video.info)
        indices = before_repeat(spread(count, FRAMES))
        seen = gather(video, up_to_gap(video.frames(indices), indices), self._finder, cut, limit=CROPS)
        if not seen.times:
            return self.abstained("unreadable")
        if not seen.crops:
            return self.abstained("no_face", NO_FACE, times=seen.times)
        if len(seen.crops) == 1 and recipe != "still":
            return self._one_crop(count, seen)
        p = self.probabilities(seen.crops)
        return self.scored(aggregate(p), times=seen.times, tracks=face_tracks(seen, p.mean(axis=0)), recipe=recipe)

    def probabilities(self, crops: Sequence[FaceCrop]) -> NDArray[np.float32]:
        """P(fake) of each net for each crop, float32 (nets, crops)."""
        return run_nets(self._nets, crops, normalised, device=self.device).sigmoid()[..., 0].numpy()

    def _one_crop(self, count: int, seen: GatheredCrops) -> Evidence:
        shown = face_tracks(seen, None)
        if count < FRAMES:
            return self.abstained("too_short", TOO_SHORT, times=seen.times, tracks=shown)
        return self.abstained("too_few_faces", TOO_FEW_FACES, times=seen.times, tracks=shown)


NO_FACE = "No face was found in any of the sampled frames; the published system answers 0.5 then."
TOO_SHORT = (
    "Of a video under 32 frames the published system looks at the first frame alone, and with one face in it "
    "it always answers 0.5."
)
TOO_FEW_FACES = "Only one face was found in all sampled frames; the published system always answers 0.5 then."


def timm_key(published: str) -> str:
    """The net's name for a published key: ``encoder.bn1.bias`` is ``bn1.bias``, ``fc.bias`` is ``classifier.bias``."""
    if published.startswith("fc."):
        return "classifier." + published.removeprefix("fc.")
    return inside("encoder.", published)


def half_size_finder(device: str) -> FaceFinder:
    """The face finder of the published system; it searches frames of half the width and height."""
    from fakefinder.faces.mtcnn import MtcnnFinder
    from fakefinder.faces.shrink import HalfSize

    return MtcnnFinder(thresholds=(0.7, 0.8, 0.8), factor=0.709, largest_first=True, shrink=HalfSize(), device=device)


def cut(frame: Frame, boxes: Sequence[FaceBox]) -> Iterator[tuple[FaceBox, RGB]]:
    """Each face with a third of its box more on all sides, in a black square; faces outside the frame left out."""
    for box in boxes:
        x1, y1, x2, y2 = (int(v) for v in box.xyxy)
        beside, above = (x2 - x1) // 3, (y2 - y1) // 3
        pixels = letterboxed(crop(frame.rgb, (x1 - beside, y1 - above, x2 + beside, y2 + above)))
        if pixels is not None:
            yield box, pixels


def letterboxed(rgb: RGB) -> RGB | None:
    """``rgb`` resized to a longer side of 380 pixels, in the middle of a black square; None where nothing is left."""
    height, width = rgb.shape[:2]
    if min(height, width) == 0:
        return None
    scale = INPUT_SIZE / max(height, width)
    size = (INPUT_SIZE, int(height * scale)) if width > height else (int(width * scale), INPUT_SIZE)
    if min(size) == 0:
        return None
    if scale != 1:
        rgb = resized(rgb, *size, cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA)
    square = np.zeros((INPUT_SIZE, INPUT_SIZE, 3), dtype=np.uint8)
    left, top = (INPUT_SIZE - size[0]) // 2, (INPUT_SIZE - size[1]) // 2
    square[top : top + size[1], left : left + size[0]] = rgb
    return square


def aggregate(p: NDArray[np.float32]) -> float:
    """The video's score from ``p`` (nets, crops)."""
    return float(np.mean([confident_mean(of_one_net) for of_one_net in p]))


def confident_mean(p: NDArray[np.float32]) -> float:
    """One net's score: the mean of what it is sure of where that is enough, else of all. Comparisons are strict."""
    fakes, reals = p[p > 0.8], p[p < 0.2]
    if len(fakes) > len(p) // 2.5 and len(fakes) > 11:
        return float(fakes.mean())
    if len(reals) > 0.9 * len(p):
        return float(reals.mean())
    return float(p.mean())
