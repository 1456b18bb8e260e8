"""Make a short video of a face that moves a little, from a freely licensed photograph.

The photograph is NASA's portrait of Eileen Collins (public domain), which scikit-image ships.

    python tools/make_demo_video.py out/demo.mp4
"""

from __future__ import annotations

import sys
from math import cos, pi, sin
from pathlib import Path

import av
import cv2
import numpy as np
from skimage.data import astronaut

FPS = 25


def make_demo_video(path: Path, *, width: int = 512, height: int = 512, seconds: int = 3) -> None:
    """Write the video: the camera drifts and breathes over the portrait, with a little sensor noise."""
    portrait = astronaut()  # type: ignore[no-untyped-call]
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        unit = height / portrait.shape[0]
        for number in range(seconds * FPS):
            turn = 2 * pi * number / (seconds * FPS)
            zoom = unit * (1.15 + 0.05 * cos(turn))
            left, top = (width - height) / 2 - unit * (30 - 12 * sin(turn)), -unit * (8 - 6 * sin(2 * turn))
            move = np.array([[zoom, 0, left], [0, zoom, top]])
            rgb = cv2.warpAffine(portrait, move, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
            rgb += noise.standard_normal(rgb.shape, np.float32) * 2
            frame = av.VideoFrame.from_ndarray(rgb.clip(0, 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python tools/make_demo_video.py FILE.mp4")
    make_demo_video(Path(sys.argv[1]))
