"""Peak memory and time of decoding a short and a one-hour 1080p video: memory must not grow with the length.

    python -m bench.decode_memory [--minutes 2 60]

Makes the videos in the temporary folder from a clip whose packets are repeated (1 GB an hour), and deletes them
afterwards. Each line is measured in a fresh process. The child's peak is not known below this process's own size
at its start, about 60 MB.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

import av
import numpy as np

from fakefinder.media import open_video
from fakefinder.media.sample import spread

FPS, WIDTH, HEIGHT, CLIP_FRAMES = 30, 1920, 1080, 120
OPTIONS = {"preset": "veryfast", "b": "2M", "x264-params": "keyint=60:bframes=2"}


def write_clip(path: Path) -> None:
    """Four seconds of a drifting pattern with noise, in H.264 with B-frames and closed groups of 60."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    noise = np.random.default_rng(0).normal(0, 6, (HEIGHT, WIDTH, 1)).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=OPTIONS)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(CLIP_FRAMES):
            wave = 128 + 80 * np.sin(x / 50 + number / 9) * np.cos(y / 40)
            rgb = np.repeat((wave[..., None] + np.roll(noise, number * 7, axis=1)).clip(0, 255), 3, axis=2)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rgb.astype(np.uint8), format="rgb24")))
        container.mux(stream.encode(None))


def repeat(clip: Path, path: Path, times: int) -> None:
    """Write the clip's packets again and again, each time later by the clip's length."""
    with av.open(str(clip)) as source, av.open(str(path), "w") as target:
        stream = source.streams.video[0]
        packets = [packet for packet in source.demux(stream) if packet.size]
        assert stream.time_base is not None
        length = round(CLIP_FRAMES / FPS / stream.time_base)
        copy = target.add_stream_from_template(stream)
        for number in range(times):
            for packet in packets:
                assert packet.pts is not None
                assert packet.dts is not None
                again = av.Packet(bytes(packet))
                again.pts, again.dts = packet.pts + number * length, packet.dts + number * length
                again.time_base, again.is_keyframe, again.stream = stream.time_base, packet.is_keyframe, copy
                target.mux(again)


def measure(path: Path, indices: Sequence[int]) -> str:
    """What decoding those frames took: frames, seconds, peak resident memory of this process and of its child."""
    start = perf_counter()
    with open_video(path) as video:
        probed = video.info.frame_count
        probing = perf_counter() - start
        given = sum(1 for _ in video.frames(indices))
        decoded = video.decoded
    seconds = perf_counter() - start
    own = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) >> 10
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    return f"{probed:9} {given:7} {decoded:8} {probing:8.2f} {seconds:8.2f} {own:10} {child:9}"


def main() -> None:
    """Make each video, measure a sparse and a dense choice of frames, delete it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=int, nargs="+", default=[2, 60])
    print("minutes  choice      in video   given  decoded  probe s  whole s  parent MB  child MB")
    for minutes in parser.parse_args().minutes:
        with tempfile.TemporaryDirectory() as folder:
            clip, path = Path(folder, "clip.mp4"), Path(folder, "long.mp4")
            write_clip(clip)
            repeat(clip, path, minutes * 60 * FPS // CLIP_FRAMES)
            count = minutes * 60 * FPS
            for name, indices in {"32 spread": spread(count, 32), "each 30th": range(0, count, 30)}.items():
                with ProcessPoolExecutor(1, get_context("spawn")) as fresh:
                    print(f"{minutes:7}  {name}  {fresh.submit(measure, path, indices).result()}", flush=True)


if __name__ == "__main__":
    main()
