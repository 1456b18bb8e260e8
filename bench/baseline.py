"""boken and selimsef as the published systems run: a plain baseline to time against.

Frames are decoded by OpenCV one after another in this process, MTCNN sees one frame at a time, nets run
in PyTorch eager, float32. Cutting and aggregation are the detectors' own, so that scores can be compared.

    python -m bench.baseline DETECTOR VIDEO WEIGHTS    prints {"score", "seconds": {stage: ...}}
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from bench.naive_mtcnn import NaiveMtcnn, eager
from fakefinder.detectors import boken, selimsef
from fakefinder.faces.finder import FaceBox
from fakefinder.media.sample import spread
from fakefinder.media.video import RGB, Frame
from fakefinder.nets.efficientnet import efficientnet, from_efficientnet_pytorch
from fakefinder.weights.load import load_strict
from fakefinder.weights.store import ActiveWeights, WeightStore

seconds: dict[str, float] = defaultdict(float)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the time spent inside to a stage."""
    start = perf_counter()
    yield
    seconds[name] += perf_counter() - start


def run_boken(video: str, weights: ActiveWeights) -> float:
    with stage("load"):
        nets = []
        for name, variant in boken.NETS.items():
            net = efficientnet(variant, 2, padding=boken.PADDING)
            load_strict(net, weights.tensors(name), rename=from_efficientnet_pytorch(variant))
            nets.append(eager(net))
        finder = NaiveMtcnn((0.6, 0.7, 0.7), 0.6)
    crops = _crops(_decoded(video, boken.FRAMES), finder.find, boken.cut)
    with stage("nets"):
        x = torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255
        p = np.stack([net(x).softmax(1)[:, 1].numpy() for net in nets])
    return boken.aggregate(p)


def run_selimsef(video: str, weights: ActiveWeights) -> float:
    with stage("load"):
        nets = []
        for name in selimsef.FILES:
            net = efficientnet("b7", 1)
            load_strict(net, weights.tensors(name), rename=selimsef.timm_key, ignore=("encoder.classifier.*",))
            nets.append(eager(net))
        finder = NaiveMtcnn((0.7, 0.8, 0.8), 0.709)

    def find(rgb: RGB) -> NDArray[np.float32]:
        half = Image.fromarray(rgb).resize((rgb.shape[1] // 2, rgb.shape[0] // 2), Image.Resampling.BICUBIC)
        return finder.find(np.asarray(half)) * 2

    crops = _crops(_decoded(video, selimsef.FRAMES), find, selimsef.cut)
    with stage("nets"):
        x = selimsef.normalised(torch.from_numpy(np.stack(crops)).permute(0, 3, 1, 2).float() / 255)
        p = np.stack([net(x).sigmoid()[:, 0].numpy() for net in nets])
    return selimsef.aggregate(p)


def _decoded(video: str, count: int) -> list[Frame]:
    with stage("decode"):
        capture = cv2.VideoCapture(video)
        wanted = set(spread(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), count))
        frames, index = [], 0
        while capture.grab():
            if index in wanted:
                frames.append(Frame(index, 0.0, _rgb(capture)))
            index += 1
    return frames


def _rgb(capture: cv2.VideoCapture) -> RGB:
    return np.asarray(cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB), np.uint8)


def _crops(
    frames: Sequence[Frame],
    find: Callable[[RGB], NDArray[np.float32]],
    cut: Callable[[Frame, Sequence[FaceBox]], Iterator[tuple[FaceBox, RGB]]],
) -> list[RGB]:
    crops = []
    for frame in frames:
        with stage("faces"):
            boxes = [FaceBox(tuple(box), 1.0) for box in find(frame.rgb).tolist()]
        crops += [rgb for _, rgb in cut(frame, boxes)]
    return crops


def main() -> None:
    """Score one video with one detector."""
    name, video, weights = sys.argv[1:]
    score = {"boken": run_boken, "selimsef": run_selimsef}[name](video, WeightStore(Path(weights)).active(name))
    print(json.dumps({"score": score, "seconds": seconds}))


if __name__ == "__main__":
    main()
