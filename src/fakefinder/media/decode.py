"""Decoding with FFmpeg through PyAV: the only file that imports ``av``. It runs in the decoding child.

Pixels equal those of OpenCV's decoder, on which the published recipes were defined: swscale's bicubic
conversion, turned upright. A frame's index counts pictures in presentation order.
"""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Callable, Container, Iterator, Sequence
from fractions import Fraction
from itertools import chain
from math import floor
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fakefinder.errors import DecodeLimitExceeded, VideoUnreadable
from fakefinder.media.entries import entry_test
from fakefinder.media.packets import PacketTable
from fakefinder.media.video import RGB, Frame, VideoInfo

FORMATS = (
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,gif,h264,hevc,ivf,mxf,"
    "image2,jpeg_pipe,png_pipe,webp_pipe,bmp_pipe,tiff_pipe"
)
"""Demuxers that may open a file; no playlists (hls, dash, concat), which make FFmpeg read other files.

For the same reason ``image2`` is told that no name is a pattern (``pic%d.png``).
"""

MAX_PIXELS = 8192 * 8192
"""Largest picture that is decoded: room for 8K video (7680 x 4320) either way up."""

MAX_PACKETS = 10_000_000
"""Longest stream: 46 hours at 60 pictures a second."""

SEEK_GAIN = 12
"""A seek must pass over at least this many pictures to pay: it empties the decoder's threads."""

MAX_REORDER = 16
"""Most pictures that come between a picture's decoding and its showing (ITU-T H.264 A.3.1, H.265 A.4.2)."""

Packets = Iterator["Packet[VideoStream]"]

OUT_OF_MEMORY = (MemoryError, BlockingIOError)
"""What FFmpeg's calls raise where memory is short: ENOMEM, and EAGAIN where a thread cannot be started."""

av.logging.set_level(None)


def probe(path: Path) -> tuple[VideoInfo, PacketTable]:
    """What can be known without decoding it all: reads every packet, decodes the first picture.

    Raises:
        VideoUnreadable: no video stream, or no picture that decodes.
        DecodeLimitExceeded: pictures too large or too many.
        MemoryError, BlockingIOError: see ``OUT_OF_MEMORY``.
    """
    with _open(path) as container:
        stream = _video_stream(container, path)
        table = _read_packets(container, stream)
        fps = Fraction(stream.guessed_rate or stream.average_rate or 0)
        count, seconds = _header_count(container, stream, fps)
        codec, time_base = stream.codec.canonical_name, Fraction(stream.time_base or Fraction(1, 1000))
    decoder = Decoder(path, table)
    first = next(decoder.frames([0]), None)
    if first is None:
        raise VideoUnreadable(f"No picture of {path.name!r} can be decoded.")
    return VideoInfo(
        path=path,
        bytes=path.stat().st_size,
        codec=codec,
        width=first.width,
        height=first.height,
        rotation_degrees=decoder.rotation_degrees,
        fps_from_header=fps,
        frame_count_from_header=max(count, 0),
        frame_count=len(table),
        duration_seconds_from_header=seconds,
        duration_seconds=table.duration_seconds(time_base, fps),
        variable_frame_rate=table.variable_frame_rate,
    ), table


class Decoder:
    """Gives the frames of chosen indices in one forward pass.

    ``failures`` counts packets that did not decode or, if they are more, asked frames that did not come; ``decoded``
    the pictures that came out of the decoder; ``rotation_degrees`` is the counter-clockwise turn of the last frame.
    """

    def __init__(self, path: Path, table: PacketTable) -> None:
        self.failures = 0
        self.decoded = 0
        self.rotation_degrees = 0
        self._path = path
        self._table = table

    def frames(self, indices: Sequence[int]) -> Iterator[Frame]:
        """Yield the frames of strictly ascending ``indices``; those that cannot be decoded are left out."""
        left_out = sum(index < len(self._table) for index in indices)
        for frame in self._found(indices):
            left_out -= 1
            yield frame
        self.failures = max(self.failures, left_out)

    def _found(self, indices: Sequence[int]) -> Iterator[Frame]:
        last = -1
        if self._table.addressable:
            try:
                for frame in self._pass(self._by_time, indices):
                    last = frame.index
                    yield frame
            except _SeekMissed:
                pass
            else:
                return
        yield from self._pass(self._by_count, [i for i in indices if i > last])

    def _pass(self, give: _Give, indices: Sequence[int]) -> Iterator[Frame]:
        with _open(self._path) as container:
            stream = _video_stream(container, self._path)
            stream.thread_type = "AUTO"
            stream.codec_context.thread_count = _thread_count()
            yield from give(container, stream, indices)

    def _by_count(self, container: InputContainer, stream: VideoStream, indices: Sequence[int]) -> Iterator[Frame]:
        """Decode everything from the start, and count."""
        wanted = iter(indices)
        target = next(wanted, None)
        if target is None:
            return
        for index, picture in enumerate(self._pictures(self._packets(container, stream))):
            if index == target:
                yield self._frame(picture, index)
                if (target := next(wanted, None)) is None:
                    return

    def _by_time(self, container: InputContainer, stream: VideoStream, indices: Sequence[int]) -> Iterator[Frame]:
        """Tell pictures by their times, and pass over what no wanted picture needs."""
        shown = self._table.shown
        for entry, run in self._table.runs([i for i in indices if i < len(shown)], gain=SEEK_GAIN):
            wanted = {int(shown[i]): i for i in run}
            packets = self._packets(container, stream, wanted)
            if entry is not None:
                packets = self._landed(container, stream, packets, entry)
            for picture in self._pictures(packets):
                if picture.pts in wanted:
                    yield self._frame(picture, wanted[picture.pts])
                if picture.pts is not None and picture.pts >= shown[run[-1]]:
                    break

    def _landed(self, container: InputContainer, stream: VideoStream, packets: Packets, entry: int) -> Packets:
        """The packets from the entry on, or from before it.

        MPEG-TS is searched by decoding times, which come before those of presentation, so a first try can go past.
        """
        row = int(np.searchsorted(self._table.shown, entry))
        for time in (entry, int(self._table.shown[max(row - MAX_REORDER, 0)])):
            container.seek(time, stream=stream)
            first = next(packets, None)
            if first is not None and first.pts is not None and first.pts <= entry:
                return chain([first], packets)
        raise _SeekMissed

    def _packets(self, container: InputContainer, stream: VideoStream, wanted: Container[int] | None = None) -> Packets:
        """The stream's packets. Where ``wanted`` times are given, pictures that no other one refers to are passed over.

        Only H.264 marks such pictures in a way that the decoder can trust.
        """
        marked = stream.codec_context.name == "h264"
        try:
            for packet in container.demux(stream):
                if marked and wanted is not None:
                    needed = packet.pts is None or packet.pts in wanted
                    stream.codec_context.skip_frame = "DEFAULT" if needed else "NONREF"
                yield packet
        except OUT_OF_MEMORY:
            raise
        except av.error.FFmpegError:  # a file that ends in the middle of a packet
            self.failures += 1

    def _pictures(self, packets: Packets) -> Iterator[VideoFrame]:
        for packet in packets:
            try:
                pictures = packet.decode()
            except OUT_OF_MEMORY:
                raise
            except av.error.FFmpegError:
                self.failures += 1
                continue
            for picture in pictures:
                self.decoded += 1
                yield picture

    def _frame(self, picture: VideoFrame, index: int) -> Frame:
        _limit_size(picture.width, picture.height)
        self.rotation_degrees = round(picture.rotation / 90) * 90 % 360
        rgb = np.rot90(_rgb(picture), self.rotation_degrees // 90)
        start = int(self._table.shown[0]) if self._table.timed else 0
        time = (picture.pts - start) * picture.time_base if picture.pts is not None and picture.time_base else 0
        return Frame(index=index, time_seconds=float(time), rgb=np.ascontiguousarray(rgb))


def _rgb(picture: VideoFrame) -> RGB:
    """As coded, not turned. Deep pictures go the way of OpenCV, to BGR: swscale rounds them otherwise to RGB."""
    if all(component.bits <= 8 for component in picture.format.components):
        return cast(RGB, picture.to_ndarray(format="rgb24", interpolation="BICUBIC"))
    return cast(RGB, picture.to_ndarray(format="bgr24", interpolation="BICUBIC")[..., ::-1])


def _thread_count() -> int:
    """FFmpeg's own rule, one more than processors and at most 16, but never one alone.

    Without threads, FFmpeg 8.1's H.264 decoder loses about 0.3 MB of 1080p video at each seek (bench/decode_memory.py).
    """
    processors = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(processors + 1, 16)


class _SeekMissed(Exception):
    """A seek went past the picture it was meant for."""


_Give = Callable[[InputContainer, VideoStream, Sequence[int]], Iterator[Frame]]


def _open(path: Path) -> InputContainer:
    options = {"format_whitelist": FORMATS, "protocol_whitelist": "file", "pattern_type": "none"}
    try:
        return av.open(str(path), options=options)
    except FileNotFoundError as error:
        raise VideoUnreadable(f"{path.name!r} is not there.") from error
    except OUT_OF_MEMORY:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        empty = path.is_file() and path.stat().st_size == 0
        raise VideoUnreadable(f"{path.name!r} is {'empty' if empty else 'not a video that can be read'}.") from error


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The first video stream that is not a cover picture."""
    for stream in container.streams.video:
        if not stream.disposition & av.stream.Disposition.attached_pic:
            _limit_size(stream.codec_context.width, stream.codec_context.height)
            return stream
    raise VideoUnreadable(f"{path.name!r} has no video stream.", hint="It may hold sound only.")


def _limit_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise DecodeLimitExceeded(f"A picture of {width} x {height} pixels is larger than {MAX_PIXELS} pixels.")


def _header_count(container: InputContainer, stream: VideoStream, fps: Fraction) -> tuple[int, float]:
    """Frame count and seconds as the header claims them, by OpenCV's rule for CAP_PROP_FRAME_COUNT."""
    seconds = (container.duration or 0) / av.time_base
    if seconds <= 0 and stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    return stream.frames or floor(seconds * fps + 0.5), seconds


def _read_packets(container: InputContainer, stream: VideoStream) -> PacketTable:
    times, entries, timed = array("q"), array("b"), True
    holds_entry = entry_test(stream.codec_context.name, stream.codec_context.extradata or b"")
    try:
        for packet in container.demux(stream):
            if packet.size == 0 or packet.is_discard:
                continue
            timed = timed and packet.pts is not None
            times.append(packet.pts if packet.pts is not None else len(times))
            entries.append(packet.is_keyframe and holds_entry(bytes(packet)))
            if len(times) > MAX_PACKETS:
                raise DecodeLimitExceeded(f"The video holds more than {MAX_PACKETS} pictures.")
    except OUT_OF_MEMORY:
        raise
    except av.error.FFmpegError:  # what was read up to here counts
        pass
    return PacketTable(np.array(times, np.int64), np.array(entries, np.bool_), timed)
