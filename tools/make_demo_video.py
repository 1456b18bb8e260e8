"""Make a short video of a face that moves a little, from a freely licensed photograph, and a forgery of it.

The photograph is NASA's portrait of Eileen Collins (public domain), which scikit-image ships.

    python tools/make_demo_video.py out/demo.mp4              untouched
    python tools/make_demo_video.py out/demo.mp4 --blended    the face is blended with another version of itself
"""

from __future__ import annotations

import argparse
from math import cos, pi, sin
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

FPS = 25
FACE_CENTRE, FACE_AXES = (223, 120), (44, 62)
"""The face without hair and chin in the photograph, as an ellipse in pixels; found by eye."""
SOFTNESS_PX = 5
"""Standard deviation of the blur of the mask's border."""

Picture = NDArray[np.uint8]


def make_demo_video(
    path: Path, *, width: int = 512, height: int = 512, seconds: int = 3, blended: bool = False
) -> None:
    """Write the video: the camera drifts and breathes over the portrait, with a little sensor noise."""
    portrait = astronaut()  # type: ignore[no-untyped-call]
    noise = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        unit = height / portrait.shape[0]
        for number in range(seconds * FPS):
            turn = 2 * pi * number / (seconds * FPS)
            shown = with_other_face(portrait, turn) if blended else portrait
            zoom = unit * (1.15 + 0.05 * cos(turn))
            left, top = (width - height) / 2 - unit * (30 - 12 * sin(turn)), -unit * (8 - 6 * sin(2 * turn))
            move = np.array([[zoom, 0, left], [0, zoom, top]])
            rgb = cv2.warpAffine(shown, move, (width, height), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
            rgb += noise.standard_normal(rgb.shape, np.float32) * 2
            frame = av.VideoFrame.from_ndarray(rgb.clip(0, 255).astype(np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def with_other_face(portrait: Picture, turn: float) -> Picture:
    """The portrait with its face pasted over itself: warmer, smoother, a little larger, swaying with ``turn``.

    That is what a face swap leaves behind, less the other person.
    """
    grown = cv2.getRotationMatrix2D(FACE_CENTRE, 2 * sin(turn), 1.05)
    grown[:, 2] += np.array([1.5 * cos(turn), 1.5 * sin(2 * turn)])
    other = cv2.warpAffine(portrait, grown, portrait.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(other, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    other = cv2.resize(small, portrait.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    other = other * np.array((1.04, 0.97, 0.90), np.float32) + 4
    ellipse = np.zeros(portrait.shape[:2], np.float32)
    cv2.ellipse(ellipse, FACE_CENTRE, FACE_AXES, 0, 0, 360, 1.0, thickness=-1)
    mask = cv2.GaussianBlur(ellipse, (0, 0), SOFTNESS_PX)[..., None]
    return np.asarray((other * mask + portrait * (1 - mask)).clip(0, 255), np.uint8)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path, metavar="FILE.mp4")
    parser.add_argument("--blended", action="store_true", help="blend the face with another version of itself")
    given = parser.parse_args()
    make_demo_video(given.path, blended=given.blended)
