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

SECONDS, FPS, SIDE = 3, 25, 512


def make_demo_video(path: Path) -> None:
    """Write the video: the camera drifts and breathes over the portrait, with a little sensor noise."""
    portrait = astronaut()  # type: ignore[no-untyped-call]
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE, "yuv420p"
        for number in range(SECONDS * FPS):
            turn = 2 * pi * number / (SECONDS * FPS)
            zoom = 1.15 + 0.05 * cos(turn)
            move = np.array([[zoom, 0, -30 + 12 * sin(turn)], [0, zoom, -8 + 6 * sin(2 * turn)]])
            rgb = cv2.warpAffine(portrait, move, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT).astype(np.float32)
            rgb += noise.normal(0, 2, rgb.shape)
            frame = av.VideoFrame.from_ndarray(rgb.clip(0, 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python tools/make_demo_video.py FILE.mp4")
    make_demo_video(Path(sys.argv[1]))
