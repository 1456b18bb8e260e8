"""wm: Xception and two WS-DANs on 25 aligned faces (team WM, second place of the DFDC 2020)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, PublishedFigure, Video
from fakefinder.detectors.crops import face_tracks, gather, run_nets
from fakefinder.detectors.normalise import normalised
from fakefinder.faces.align import aligned, similarity
from fakefinder.faces.crop import FaceCrop
from fakefinder.faces.finder import FaceBox
from fakefinder.faces.retinaface import RetinaFaceFinder
from fakefinder.faces.single_shot import EXAMPLE_SHAPE
from fakefinder.media.video import RGB, VideoInfo

if TYPE_CHECKING:
    from torch import Tensor, nn

FIRST, STEP = 9, 10
"""The first frame that is looked at, and how far it is to the next."""
FACES = 25
"""Frames with a face after which the rest of the video is let go."""
FACE_FILE = "RetinaFace-Resnet50-fixed.pth"
LEAST_FACE_SCORE = float(np.nextafter(np.float32(0.8), np.float32(1)))
"""The published system takes what is above 0.8."""
CROP_SIDE = 320
LANDMARKS = np.array([(122.5, 141.25), (197.5, 141.25), (160, 178.75), (137.5, 225.25), (182.5, 225.25)], np.float32)
"""Where eyes, nose and corners of the mouth come to lie in a crop; float32, as its mean is in the published system."""
MEAN, STD = (0.4479, 0.3744, 0.3473), (0.2537, 0.2502, 0.2424)
"""Of the crops that the two WS-DANs were trained on, RGB."""


class Judge(NamedTuple):
    """One net: its file, its weight in the score, the side of its input, and what makes that of crops in [0, 1]."""

    file: str
    weight: float
    side: int
    prepared: Callable[[Tensor], Tensor]


class Wm(Detector):
    """Weighted mean of three nets over the largest face of every tenth frame, 25 of them at most."""

    card = DetectorCard(
        name="wm",
        version="1",
        title="Team WM, second place of the Deepfake Detection Challenge 2020",
        summary="Xception and two nets with learned attention maps (WS-DAN) each judge the largest face of every tenth "
        "frame, turned upright; the score is the mean over at most 25 faces, weighted 0.2, 0.7 and 0.1.",
        coverage="Frames 9, 19, 29 and so on until 25 of them had a face: the first 8.3 seconds at 30 frames a second "
        "where a face is always seen. In each only the largest face.",
        trained_on="DFDC (2020 face swaps of paid actors).",
        intended_use="A second opinion on whether the main face at the beginning of a video was swapped, as one voice "
        "among several detectors. A score is no proof, and says nothing of sound, captions or context.",
        details=(
            "Every tenth frame is looked at, from frame 9 until 25 of them had a face.",
            "RetinaFace on ResNet-50 searches the frame at full size; of everything with P(face) above 0.8 the largest "
            "box is taken.",
            "The face is turned, scaled and shifted so that eyes, nose and mouth come to lie at fixed places of "
            "320 x 320 pixels.",
            "Xception, WS-DAN on Xception and WS-DAN on EfficientNet-B3 each give P(fake).",
            "The score is the mean over the faces of 0.2, 0.7 and 0.1 times these.",
        ),
        published=(
            PublishedFigure(
                value="Log loss 0.42842, the second lowest of 2,114 participants",
                data="DFDC private test set of 10,000 videos",
                source="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397, and "
                "the Kaggle leaderboard",
            ),
        ),
        caveats=(
            "The rest of a video is never looked at once 25 of the frames had a face.",
            "Where several people are seen only the largest face of each frame is judged, and they may alternate.",
            "Landmarks are cut to whole pixels, which moves the crop of a small face.",
            "Frames are searched at full size: one in 4K was measured to take 20 seconds and 3 GB on two processors.",
            "It looks at single frames: artefacts over time are not seen.",
            "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
        ),
        citation="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397",
        home="https://github.com/cuihaoleo/kaggle-dfdc",
    )

    def load(self) -> None:
        (face_net,) = self.compiled((FACE_FILE,), self._face_net, EXAMPLE_SHAPE, any_size=True)
        self._finder = RetinaFaceFinder(face_net, self.weights.sha256[FACE_FILE], least_score=LEAST_FACE_SCORE)
        self._nets = [self.compiled((judge.file,), self._net, (3, judge.side, judge.side))[0] for judge in JUDGES]

    def _face_net(self, file: str) -> nn.Module:
        from fakefinder.nets.retinaface import retinaface

        return self.net_from(file, lambda: retinaface("resnet50"))

    def _net(self, file: str) -> nn.Module:
        from fakefinder.nets import wsdan, xception

        build, rename = {
            "xception-hg-2.pth": (xception.xception, xception.from_cadene),
            "ckpt_x.pth": (wsdan.wsdan_xception, None),
            "ckpt_e.pth": (wsdan.wsdan_efficientnet_b3, wsdan.from_wsdan_efficientnet_b3),
        }[file]
        return self.net_from(file, lambda: build(2), rename=rename, ignore=("EFN._fc.*",))

    def score(self, video: Video) -> Evidence:
        indices, recipe = sampled(video.info)
        if not indices:
            return self.abstained("too_short", TOO_SHORT)
        seen = gather(video, video.frames(indices), self._finder, cut, limit=FACES, at_once=1)
        if not seen.times:
            return self.abstained("unreadable")
        if not seen.crops:
            return self.abstained("no_face", NO_FACE, times=seen.times)
        p = aggregate(self.probabilities(seen.crops))
        return self.scored(p.mean(), times=seen.times, tracks=face_tracks(seen, p.tolist()), recipe=recipe)

    def probabilities(self, crops: Sequence[FaceCrop]) -> NDArray[np.float32]:
        """P(fake) of each net for each crop, float32 (nets, crops)."""
        logits = [
            run_nets([net], crops, judge.prepared, device=self.device)[0]
            for judge, net in zip(JUDGES, self._nets, strict=True)
        ]
        return np.stack([of_net.softmax(dim=-1)[:, 1].numpy() for of_net in logits])


NO_FACE = (
    "No face that can be aligned was found in any of the sampled frames; the published platform answers with an error "
    "then, and the authors' own program with 0.5."
)
TOO_SHORT = (
    "The tenth frame is the first that is looked at; of a shorter video the published platform answers with an error, "
    "and the authors' own program with 0.5."
)


def sampled(info: VideoInfo) -> tuple[range, str | None]:
    """The frames to look at, and the recipe's name where that is not the published one, as for a picture."""
    return (range(1), "still") if info.is_still else (range(FIRST, info.frame_count, STEP), None)


def cut(frame: Frame, boxes: Sequence[FaceBox]) -> Iterator[tuple[FaceBox, RGB]]:
    """The face with the largest box, aligned; none where its landmarks all are on one pixel."""
    if not boxes:
        return
    face = largest(boxes)
    assert face.landmarks is not None, "the finder gives landmarks"
    matrix = similarity(np.trunc(face.landmarks), LANDMARKS)
    if matrix is not None:
        yield face, aligned(frame.rgb, matrix, CROP_SIDE)


def largest(boxes: Sequence[FaceBox]) -> FaceBox:
    """The first of the largest; areas are float32, of boxes that may leave the frame."""
    xyxy = np.array([box.xyxy for box in boxes], np.float32)
    sides = xyxy[:, 2:] - xyxy[:, :2]
    return boxes[int(np.argmax(sides[:, 0] * sides[:, 1]))]


def resized(x: Tensor, side: int) -> Tensor:
    """``x`` (N, 3, h, w) bilinear, without antialiasing, at ``side`` x ``side``."""
    from torch.nn import functional

    return functional.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)


def centred(x: Tensor) -> Tensor:
    """From [0, 1] to [-1, 1]."""
    return (x - 0.5) * 2


JUDGES = (
    Judge("xception-hg-2.pth", 0.2, 299, lambda x: centred(resized(x, 299))),
    Judge("ckpt_x.pth", 0.7, CROP_SIDE, lambda x: normalised(x, MEAN, STD)),
    Judge("ckpt_e.pth", 0.1, 300, lambda x: resized(normalised(x, MEAN, STD), 300)),
)


def aggregate(p: NDArray[np.float32]) -> NDArray[np.float32]:
    """P(fake) of each face from ``p`` (nets, faces); their mean is the video's score."""
    return np.asarray(sum(judge.weight * of_net for judge, of_net in zip(JUDGES, p, strict=True)), np.float32)
