"""mesonet: the four published MesoNet nets (Afchar et al. 2018) on the largest face of 15 frames.

The publication judges single faces and has no video system; how frames become one score is this project's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Frame, PublishedFigure, Video
from fakefinder.detectors.boken import FRAMES, largest_face_finder
from fakefinder.detectors.crops import face_tracks, gather, resized, run_nets, sampling_base
from fakefinder.faces.crop import FaceCrop, crop, square_inside
from fakefinder.faces.finder import FaceBox
from fakefinder.media.sample import distinct, spread
from fakefinder.media.video import RGB

if TYPE_CHECKING:
    from torch import nn

MARGIN = 0.2
"""What the crop shows beyond the longer side of the face's box, as in boken. The publication does not state it.
On 28 labelled clips the AUC is 0.87 to 0.88 for anything from 0 to 0.3, and less for tighter and wider crops."""
INPUT_SIZE = 256
FILES = (
    "mesonet_Meso4_DF.h5",
    "mesonet_Meso4_F2F.h5",
    "mesonet_MesoInception_DF.h5",
    "mesonet_MesoInception_F2F.h5",
)


class MesoNet(Detector):
    """Mean of P(fake) over the largest face of each frame and over four nets."""

    card = DetectorCard(
        name="mesonet",
        version="1",
        title="MesoNet, Afchar et al. 2018",
        summary="Two Meso4 and two MesoInception4 nets, small enough for any machine, each judge the largest face of "
        "15 frames; the score is their mean.",
        recipe="mtcnn15",
        coverage="15 instants spread evenly from the first to the last frame; in each only the largest face.",
        trained_on="Two nets on face swaps the authors collected from the web in 2018, two on Face2Face videos of "
        "FaceForensics.",
        intended_use="A first look where no other weights are at hand. A score is no proof.",
        details=(
            "15 frame numbers are spread from the first to the last frame.",
            "MTCNN searches each frame at full size; the largest face is taken, with a fifth of its side more.",
            "Each net gives P(fake) of each crop, resized to 256 pixels; the score is the mean over crops and nets.",
        ),
        published=(
            PublishedFigure(
                value="Detection rate over 98 % on deepfakes and 95 % on Face2Face",
                data="whole videos of the authors' own collection, 2018",
                source="Afchar et al. 2018, arXiv:1809.00888",
            ),
        ),
        caveats=(
            "A small net of 2018: weak on manipulations made since, and on compressed video. A second opinion at best.",
            "The publication judges single faces; frames, face finder and averaging here are this project's recipe.",
            "Smaller faces are never judged, and the judged person may change from frame to frame.",
            "Enhancers, lip-sync and fully generated video may pass as real.",
        ),
        weights_licence="Apache-2.0",
        citation="Afchar, Nozick, Yamagishi, Echizen 2018, MesoNet: a Compact Facial Video Forgery Detection Network, "
        "arXiv:1809.00888",
        home="https://github.com/DariusAf/MesoNet",
    )

    def load(self) -> None:
        self._finder = largest_face_finder(self.device)
        self._nets = self.compiled(FILES, self._net, (3, INPUT_SIZE, INPUT_SIZE))

    def _net(self, file: str) -> nn.Module:
        from fakefinder.nets.mesonet import Meso4, MesoInception4, from_keras
        from fakefinder.weights.load import load_strict

        net = MesoInception4() if "Inception" in file else Meso4()
        load_strict(net, from_keras(net, self.weights.tensors(file)))
        return net

    def score(self, video: Video) -> Evidence:
        count, recipe = sampling_base(video.info)
        seen = gather(video, video.frames(distinct(spread(count, FRAMES))), self._finder, cut)
        if not seen.times:
            return self.abstained("unreadable")
        if not seen.crops:
            return self.abstained("no_face", times=seen.times)
        p = self.probabilities(seen.crops)
        return self.scored(float(p.mean()), times=seen.times, tracks=face_tracks(seen, p.mean(axis=0)), recipe=recipe)

    def probabilities(self, crops: Sequence[FaceCrop]) -> NDArray[np.float32]:
        """P(fake) of each net for each crop, float32 (nets, crops); the nets themselves give P(real)."""
        return 1 - run_nets(self._nets, crops, lambda x: x, device=self.device).numpy()


def cut(frame: Frame, boxes: Sequence[FaceBox]) -> Iterator[tuple[FaceBox, RGB]]:
    """The first face in a square of its own size and ``MARGIN`` more, resized to 256 x 256."""
    for box in boxes[:1]:
        pixels = crop(frame.rgb, square_inside(box, frame.width, frame.height, margin=MARGIN))
        shrinks = pixels.shape[0] > INPUT_SIZE
        yield box, resized(pixels, INPUT_SIZE, INPUT_SIZE, cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
