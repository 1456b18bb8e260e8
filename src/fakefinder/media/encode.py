"""as_h264: what is left of pictures after H.264, for training data and robustness checks."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np

from fakefinder.media.video import RGB


def as_h264(frames: Sequence[RGB], *, crf: int) -> list[RGB]:
    """The frames as they look once encoded as one short H.264 stream and decoded again.

    Args:
        frames: uint8 (h, w, 3) of one size, sides even.
        crf: constant rate factor of x264; 18 looks like the original, 23 is its default, 40 is coarse.
    """
    height, width = frames[0].shape[:2]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base = Fraction(1, 25)
    encoder.thread_count = 1
    encoder.options = {"crf": str(crf), "preset": "veryfast", "tune": "zerolatency"}
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    decoded: list[av.VideoFrame] = []
    for number, rgb in enumerate((*frames, None)):
        frame = None
        if rgb is not None:
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts = number
        for packet in encoder.encode(frame):
            decoded += decoder.decode(packet)
    decoded += decoder.decode(None)
    return [np.asarray(shown.to_ndarray(format="rgb24"), np.uint8) for shown in decoded]
