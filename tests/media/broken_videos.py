"""Makes files that lie, are damaged, or hold no video at all.

from tests.media.broken_videos import DAMAGED, REFUSED

path = REFUSED["empty"](folder)
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import av
import numpy as np

from tests.media.videos import Kind, add_sound, picture, write_kind, write_video, x264


def boxes(data: bytes, kind: bytes) -> Iterator[int]:
    """Where the content of each MP4 box of that kind begins."""
    at = data.find(kind)
    while at >= 0:
        yield at + 4
        at = data.find(kind, at + 1)


def patched(path: Path, changes: Mapping[int, bytes], name: str) -> Path:
    """A copy of a file beside it, with bytes replaced at the given places."""
    data = bytearray(path.read_bytes())
    for at, new in changes.items():
        data[at : at + len(new)] = new
    copy = path.with_name(name)
    copy.write_bytes(data)
    return copy


def header_lie(folder: Path, width: int = 7680, height: int = 4320) -> Path:
    """An MP4 of 176 x 144 whose boxes declare a much larger picture; the codec's own header tells the truth."""
    path = write_kind("h264_b_frames", folder)
    data = path.read_bytes()
    changes = {at + 76: struct.pack(">II", width << 16, height << 16) for at in boxes(data, b"tkhd")}
    changes |= {at + 24: struct.pack(">HH", width, height) for at in boxes(data, b"avc1") if data[at - 8] == 0}
    return patched(path, changes, "header_lie.mp4")


def corrupted(folder: Path) -> Path:
    """An MP4 with noise over some of its pictures."""
    path = write_kind("h264_b_frames", folder)
    start = next(boxes(path.read_bytes(), b"mdat"))
    length = path.stat().st_size - start
    noise = np.random.default_rng(1).integers(0, 256, length // 10, np.uint8).tobytes()
    return patched(path, {start + length * 4 // 10: noise}, "corrupted.mp4")


def truncated_at_end(folder: Path) -> Path:
    """An MP4 whose index comes first and whose second half is missing."""
    kind = Kind(".mp4", options=x264("bframes=3"), container={"movflags": "faststart"})
    path = write_video(folder / "truncated_at_end.mp4", kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def truncated_fragments(folder: Path) -> Path:
    """A fragmented MP4 that ends in the middle of a fragment, as a broken recording does."""
    path = write_kind("h264_fragmented", folder)
    path = path.rename(folder / "truncated_fragments.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


DAMAGED: Mapping[str, Callable[[Path], Path]] = {
    "header_lie": header_lie,
    "corrupted": corrupted,
    "truncated_at_end": truncated_at_end,
    "truncated_fragments": truncated_fragments,
}
"""Videos that lie or lack something, of which at least some pictures decode."""


def empty(folder: Path) -> Path:
    """A file without a byte."""
    return _text(folder / "empty.mp4", "")


def text(folder: Path) -> Path:
    """Words in a file that is named as a video."""
    return _text(folder / "text.mp4", "These are words, not pictures.\n" * 40)


def sound_only(folder: Path) -> Path:
    """An MP4 with a tone and no picture."""
    path = folder / "sound_only.mp4"
    with av.open(str(path), "w") as container:
        add_sound(container, "aac", 2.0)
    return path


def mp3_with_cover(folder: Path) -> Path:
    """An MP3 with a cover picture, which is not a video."""
    return _sound_with_cover(folder / "mp3_with_cover.mp3", "mp3")


def mp4_with_cover(folder: Path) -> Path:
    """An MP4 with sound and a cover picture, which is not a video."""
    return _sound_with_cover(folder / "mp4_with_cover.mp4", "aac")


def _sound_with_cover(path: Path, sound: str) -> Path:
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        assert isinstance(cover, av.VideoStream)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        add_sound(container, sound, 1.0)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(picture(1, 64, 48), format="rgb24")))
    return path


def truncated_without_index(folder: Path) -> Path:
    """An MP4 whose index, at its end, is cut off."""
    path = write_kind("h264_b_frames", folder)
    path = path.rename(folder / "truncated_without_index.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def playlist_hls(folder: Path) -> Path:
    """An HLS playlist, named as a video, that points to another file on this machine."""
    other = write_kind("h264_mpegts", folder)
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", "#EXT-X-TARGETDURATION:3", "#EXTINF:2.4,", str(other), "#EXT-X-ENDLIST"]
    return _text(folder / "playlist_hls.mp4", "\n".join(lines) + "\n")


def playlist_concat(folder: Path) -> Path:
    """An FFmpeg concat script, named as a video, that points to another file on this machine."""
    other = write_kind("h264_b_frames", folder)
    return _text(folder / "playlist_concat.mp4", f"ffconcat version 1.0\nfile '{other.name}'\n")


def playlist_dash(folder: Path) -> Path:
    """A DASH manifest, named as a video, that points to another file on this machine."""
    other = write_kind("h264_fragmented", folder)
    return _text(
        folder / "playlist_dash.mp4",
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT2.4S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period>'
        '<AdaptationSet contentType="video"><Representation id="1" mimeType="video/mp4" bandwidth="1">'
        f"<BaseURL>{other}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    )


def external_data(folder: Path) -> Path:
    """A QuickTime file whose pictures lie in another file, to which its data reference (a Mac alias) points."""
    path = write_kind("h264_no_b_frames", folder)
    other = folder / "other_data.mov"
    other.write_bytes(path.read_bytes())
    name = str(other).encode()
    alias = bytes(4) + bytes(10) + b"\x04disk".ljust(28, b"\0") + bytes(12) + b"\x05other".ljust(64, b"\0") + bytes(16)
    alias += struct.pack(">hh", -1, -1) + bytes(16) + struct.pack(">HH", 2, len(name)) + name + bytes(len(name) % 2)
    data = path.read_bytes()
    at = next(boxes(data, b"dref")) + 8
    entry = struct.pack(">I", len(alias) + 8 + 4) + b"alis" + alias + b"\xff\xff\0\0"
    longer = bytearray(data[:at] + entry + data[at + 12 :])
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):  # the boxes around it grow
        size_at = max(start for start in boxes(data, kind) if start <= at) - 8
        struct.pack_into(">I", longer, size_at, struct.unpack_from(">I", data, size_at)[0] + len(alias))
    return patched(path, {0: bytes(longer)}, "external_data.mov")


REFUSED: Mapping[str, Callable[[Path], Path]] = {
    "empty": empty,
    "text": text,
    "sound_only": sound_only,
    "mp3_with_cover": mp3_with_cover,
    "mp4_with_cover": mp4_with_cover,
    "truncated_without_index": truncated_without_index,
    "playlist_hls": playlist_hls,
    "playlist_concat": playlist_concat,
    "playlist_dash": playlist_dash,
    "external_data": external_data,
}
"""Files of which nothing may be decoded."""


def _text(path: Path, words: str) -> Path:
    path.write_text(words)
    return path
