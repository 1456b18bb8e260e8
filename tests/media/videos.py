"""Makes small videos and stills of every kind that the decoder must read; ``broken_videos`` makes the others.

Each picture tells its number, so that a wrong index shows.

    from tests.media.videos import READABLE, Kind, write_kind, write_video

    path = write_kind("h264_b_frames", folder)
    path = write_video(folder / "ten.mp4", Kind(".mp4", count=10))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fakefinder.media.video import RGB


@dataclass(frozen=True)
class Kind:
    """How a video is encoded.

    ``rotation``: what its display matrix asks for, counter-clockwise in degrees; ``steps``: durations of the pictures
    in turn and ``first`` the time of the first, in units of 1/fps (what lies before 0 is not to be shown);
    ``sound``: the codec of a tone that goes with it.
    """

    suffix: str
    codec: str = "libx264"
    count: int = 60
    width: int = 176
    height: int = 144
    fps: int = 25
    options: Mapping[str, str] = field(default_factory=dict)
    container: Mapping[str, str] = field(default_factory=dict)
    rotation: int = 0
    steps: tuple[int, ...] = (1,)
    first: int = 0
    pixels: str = "yuv420p"
    sound: str = ""


def x264(parameters: str) -> Mapping[str, str]:
    return {"x264-params": f"keyint=20:min-keyint=20:scenecut=0:threads=1:{parameters}"}


def x265(parameters: str) -> Mapping[str, str]:
    return {"x265-params": f"keyint=20:min-keyint=20:scenecut=0:pools=1:frame-threads=1:log-level=none:{parameters}"}


_FAST = {"deadline": "realtime", "cpu-used": "8", "g": "20"}

READABLE: Mapping[str, Kind] = {
    "h264_b_frames": Kind(".mp4", options=x264("bframes=3:b-adapt=0:b-pyramid=strict")),
    "h264_open_gop": Kind(".mp4", options=x264("bframes=3:b-adapt=0:open-gop=1")),
    "h264_intra_refresh": Kind(".mp4", options=x264("bframes=0:intra-refresh=1")),
    "h264_one_gop": Kind(".mp4", count=90, options={"x264-params": "keyint=infinite:scenecut=0:threads=1"}),
    "h264_no_b_frames": Kind(".mov", options=x264("bframes=0")),
    "h264_mkv": Kind(".mkv", options=x264("bframes=3")),
    "h264_mpegts": Kind(".ts", options=x264("bframes=3")),
    "h264_fragmented": Kind(".mp4", options=x264("bframes=2"), container={"movflags": "frag_keyframe+empty_moov"}),
    "h264_raw": Kind(".h264", options=x264("bframes=3")),
    "h264_with_sound": Kind(".mp4", options=x264("bframes=3"), sound="aac"),
    "h264_yuv444": Kind(".mp4", options=x264("bframes=3"), pixels="yuv444p"),
    "h264_yuv422": Kind(".mkv", options=x264("bframes=3"), pixels="yuv422p"),
    "h264_full_range": Kind(".mp4", options=x264("bframes=3"), pixels="yuvj420p"),
    "h264_bt709": Kind(".mp4", options={**x264("bframes=3"), "colorspace": "bt709", "color_range": "tv"}),
    "h264_deep": Kind(".mp4", options=x264("bframes=3"), pixels="yuv420p10le"),
    "h264_trimmed": Kind(".mp4", options=x264("bframes=3"), first=-10),
    "h264_flv": Kind(".flv", options=x264("bframes=3")),
    "hevc_deep": Kind(".mp4", codec="libx265", options=x265("bframes=3"), pixels="yuv420p10le"),
    "av1": Kind(".mp4", codec="libsvtav1", options={"preset": "12", "svtav1-params": "keyint=20"}),
    "gif": Kind(".gif", codec="gif", pixels="rgb8", count=20),
    "hevc": Kind(".mp4", codec="libx265", options=x265("bframes=3:open-gop=0")),
    "hevc_open_gop": Kind(".mp4", codec="libx265", options=x265("bframes=3:open-gop=1")),
    "vp9_webm": Kind(".webm", codec="libvpx-vp9", options=_FAST),
    "vp8_webm": Kind(".webm", codec="libvpx", options=_FAST),
    "mpeg4_avi": Kind(".avi", codec="mpeg4", options={"g": "20"}),
    "mpeg4_avi_b_frames": Kind(".avi", codec="mpeg4", options={"g": "20", "bf": "2"}),
    "mpeg2_mpg": Kind(".mpg", codec="mpeg2video", options={"g": "15", "bf": "2"}),
    "mjpeg_avi": Kind(".avi", codec="mjpeg", pixels="yuvj420p"),
    "prores_mov": Kind(".mov", codec="prores_ks", count=10, pixels="yuv422p10le"),
    "rotated_90": Kind(".mp4", rotation=90, options=x264("bframes=3")),
    "rotated_180": Kind(".mp4", rotation=180, options=x264("bframes=3")),
    "rotated_270": Kind(".mov", rotation=270, options=x264("bframes=3")),
    "variable_rate": Kind(".mp4", steps=(1, 3, 1, 7, 2), options=x264("bframes=3")),
    "variable_rate_mkv": Kind(".mkv", steps=(1, 3, 1, 7, 2), options=x264("bframes=3")),
    "odd_size": Kind(".mp4", width=321, height=239, options=x264("bframes=3"), pixels="yuv444p"),
    "odd_size_webm": Kind(".webm", codec="libvpx-vp9", width=321, height=239, options=_FAST),
    "ten_frames": Kind(".mp4", count=10),
    "one_frame": Kind(".mp4", count=1),
}
"""Videos that decode from the first to the last picture."""


def write_kind(name: str, folder: Path) -> Path:
    """Write the video of that name in ``READABLE``, or the picture in ``STILLS``; its path."""
    if name in READABLE:
        return write_video(folder / f"{name}{READABLE[name].suffix}", READABLE[name])
    return write_still(folder / name)


def picture(number: int, width: int, height: int) -> RGB:
    """A smooth picture, the number as a row of black and white bars at its top, and a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    turn = number * 0.21
    channels = [128 + 90 * np.sin(x / 23 + turn + shift) * np.cos(y / 17 - turn * 0.7) for shift in (0.0, 1.0, 2.5)]
    rgb = np.stack(channels, axis=2) + np.random.default_rng(number).normal(0, 3, (height, width, 3))
    bits = [255 * (number >> bit & 1) for bit in range(8)]
    rgb[: height // 6] = np.repeat(bits, -(-width // 8))[:width, None]
    return np.asarray(rgb.clip(0, 255), np.uint8)


def write_video(path: Path, kind: Kind, paint: Callable[[int, int, int], RGB] = picture) -> Path:
    """Encode ``kind.count`` pictures, each painted from its number, width and height, into ``path``; the path."""
    steps = (kind.steps[i % len(kind.steps)] for i in range(kind.count - 1))
    times = accumulate(steps, initial=kind.first)
    with av.open(str(path), "w", options=dict(kind.container)) as container:
        stream = container.add_stream(kind.codec, rate=kind.fps, options=dict(kind.options))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = kind.width, kind.height, kind.pixels
        stream.time_base = stream.codec_context.time_base = Fraction(1, kind.fps)
        if kind.rotation:
            stream.set_display_rotation(kind.rotation)
        if kind.sound:
            add_sound(container, kind.sound, kind.count / kind.fps)
        for number, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(paint(number, kind.width, kind.height), format="rgb24")
            frame.pts, frame.time_base = time, Fraction(1, kind.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def add_sound(container: av.container.OutputContainer, codec: str, seconds: float) -> None:
    """Encode a tone into a new stream; other streams must have been added before."""
    stream = container.add_stream(codec, rate=44100)
    assert isinstance(stream, av.AudioStream)
    stream.layout = "mono"
    size = 1024
    for start in range(0, int(seconds * 44100), size):
        tone = np.sin(np.arange(start, start + size) * 0.06).astype(np.float32)[None] * 0.3
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 44100, start
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


STILLS = ("still.png", "still.jpg", "still.webp", "still.bmp", "still.tiff")
"""Pictures: videos of one frame."""


def write_still(path: Path) -> Path:
    """Save one picture in the format that the name tells."""
    Image.fromarray(picture(5, 176, 144)).save(path)
    return path


def number_in(rgb: NDArray[np.uint8]) -> int:
    """The number (of 8 bits) that ``picture`` has written into an upright picture."""
    bars = rgb[: rgb.shape[0] // 6].mean(axis=(0, 2))
    width = -(-len(bars) // 8)
    return sum(1 << bit for bit in range(8) if bars[bit * width + 2 : (bit + 1) * width - 2].mean() > 127)
