"""A detector as its published system runs: a plain baseline to time against.

Frames are decoded by OpenCV one after another in this process, MTCNN sees one frame at a time in a plain loop, all nets
run in PyTorch eager, float32. Which frames, crops and rules are the detectors' own, so that scores can be compared.

    python -m bench.baseline DETECTOR VIDEO WEIGHTS    prints {"scores": {detector: ...}, "seconds": {stage: ...}}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn

from bench.naive_mtcnn import NaiveMtcnnFinder
from bench.stages import seconds, time_detector, time_finders, timed, waiting
from fakefinder.detectors import crops, registry
from fakefinder.faces import mtcnn
from fakefinder.media.video import Frame, VideoInfo, strictly_ascending
from fakefinder.nets import compile as compiling
from fakefinder.weights.store import WeightStore


class OpenCvVideo:
    """A Video as OpenCV reads it: every frame is decoded, those not wanted too."""

    def __init__(self, path: Path) -> None:
        self.memo: dict[object, object] = {}
        self._path = path
        capture = cv2.VideoCapture(str(path))
        count, fps = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), capture.get(cv2.CAP_PROP_FPS)
        self.info = VideoInfo(
            path=path,
            bytes=path.stat().st_size,
            codec="",
            width=int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            height=int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            rotation_degrees=0,
            fps_from_header=Fraction(fps),
            frame_count_from_header=count,
            frame_count=count,
            duration_seconds_from_header=count / fps,
            duration_seconds=count / fps,
            variable_frame_rate=False,
        )

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """As ``Video.frames``."""
        wanted, capture, index = set(strictly_ascending(indices)), cv2.VideoCapture(str(self._path)), 0
        while index <= max(wanted, default=-1) and capture.grab():
            if index in wanted:
                rgb = np.asarray(cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB), np.uint8)
                yield Frame(index, index / float(self.info.fps_from_header), rgb)
            index += 1


class EagerNet:
    """A net as PyTorch runs it without further ado."""

    def __init__(self, net: nn.Module) -> None:
        self._net = net.eval()

    @torch.inference_mode()
    def __call__(self, x: torch.Tensor) -> Any:
        return self._net(x)


def eager(builds: Mapping[Path, compiling.Build], *_: object, **__: object) -> list[compiling.CompiledNet]:
    """In place of ``compile_nets``."""
    return [EagerNet(build()) for build in builds.values()]


def main() -> None:
    """Score one video with one detector."""
    name, video, weights = sys.argv[1:]
    compiling.compile_nets = eager
    mtcnn.MtcnnFinder = NaiveMtcnnFinder  # type: ignore[assignment,misc]
    crops.CROPS_AT_ONCE["cpu"] = 16
    time_detector(name)
    EagerNet.__call__ = timed("nets", EagerNet.__call__)  # type: ignore[method-assign]
    OpenCvVideo.frames = waiting(OpenCvVideo.frames)  # type: ignore[method-assign]
    detector = registry.create(name, WeightStore(Path(weights)))
    time_finders()
    evidence = detector.score(OpenCvVideo(Path(video)))
    print(json.dumps({"scores": {name: evidence.score}, "seconds": seconds}))


if __name__ == "__main__":
    main()
