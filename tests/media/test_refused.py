"""Files that hold no video, lie about it, or would make the decoder read something else."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from fakefinder.errors import DecodeLimitExceeded, VideoNotFound, VideoUnreadable
from fakefinder.media import open_video
from tests.media.broken_videos import REFUSED, header_lie, patched
from tests.media.videos import Kind, number_in, picture, write_kind, write_video


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_decoded_from(name: str, made: Callable[[str], Path]) -> None:
    with open_video(made(name)) as video, pytest.raises(VideoUnreadable) as caught:
        _ = video.info
    assert made(name).name in str(caught.value)


def test_sentences_tell_what_is_wrong(made: Callable[[str], Path]) -> None:
    for name, words in {"empty": "empty", "text": "not a video", "sound_only": "no video stream"}.items():
        with open_video(made(name)) as video, pytest.raises(VideoUnreadable, match=words):
            _ = video.info


def test_the_external_data_are_there_to_be_read(made: Callable[[str], Path]) -> None:
    """What the refusal of ``external_data`` rests on: FFmpeg follows the reference where it is told to."""
    path = str(made("external_data"))
    with av.open(path, options={"enable_drefs": "1", "use_absolute_path": "1"}) as container:
        assert sum(packet.size for packet in container.demux()) > 1000
    with av.open(path) as container:
        assert sum(packet.size for packet in container.demux()) == 0


def test_a_name_is_no_pattern_for_other_files(tmp_path: Path) -> None:
    """FFmpeg's image reader takes ``%d`` in a name for numbers, and would read the picture of someone else."""
    still = write_kind("still.png", tmp_path)
    own = still.rename(tmp_path / "mine%d.png")
    other = write_video(tmp_path / "mine0.png", Kind(".png", codec="png", pixels="rgb24", count=1))
    with open_video(own) as video, open_video(other) as another:
        assert number_in(next(video.frames([0])).rgb) == 5
        assert number_in(next(another.frames([0])).rgb) == 0


@pytest.mark.parametrize("name", ["a:b.mp4", "http:x.mp4", "-i.mp4", "new\nline.mp4", os.fsdecode(b"\xff\xfe.mp4")])
def test_strange_names_are_names(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_kind("ten_frames", tmp_path).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    with open_video(name) as video:
        assert video.info.frame_count == 10


@pytest.mark.parametrize("name", ["absent.mp4", "."])
def test_what_is_no_file_is_not_found(name: str, tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound):
        open_video(tmp_path / name)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    """Opening one would wait for ever."""
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoNotFound):
        open_video(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("size", [(7680, 4320), (65000, 65000)])
def test_a_header_that_lies_about_the_size_is_not_believed(size: tuple[int, int], tmp_path: Path) -> None:
    with open_video(header_lie(tmp_path, *size)) as video:
        assert (video.info.width, video.info.height) == (176, 144)
        assert len(list(video.frames(range(60)))) == 60


def png(width: int, height: int) -> bytes:
    """A black picture of which at most 2000 rows are there."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress(bytes((1 + 3 * width) * min(height, 2000)), 9)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_huge_picture_is_refused(side: int, tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png(side, side))
    with open_video(tmp_path / "bomb.png") as video, pytest.raises((DecodeLimitExceeded, VideoUnreadable)):
        _ = video.info


def test_a_stream_that_declares_a_huge_picture_is_refused(tmp_path: Path) -> None:
    """VP8 writes the size, here 16383 x 16383, plainly behind the start code of each key frame (RFC 6386, 9.1)."""
    path = write_kind("vp8_webm", tmp_path)
    data = path.read_bytes()
    starts = [at for at in range(len(data)) if data.startswith(b"\x9d\x01\x2a", at)]
    lie = patched(path, {at + 3: struct.pack("<HH", 16383, 16383) for at in starts}, "lie.webm")
    with open_video(lie) as video, pytest.raises((DecodeLimitExceeded, VideoUnreadable)):
        _ = video.info


@pytest.mark.parametrize(
    ("name", "header", "counted", "given"),
    [("truncated_at_end", 60, 22, 19), ("truncated_fragments", 40, 24, 21), ("corrupted", 60, 60, 52)],
)
def test_what_is_left_of_a_damaged_video_is_decoded(
    name: str, header: int, counted: int, given: int, made: Callable[[str], Path]
) -> None:
    """The counts depend on the encoder by a picture or two. What is lost is told."""
    with open_video(made(name)) as video:
        info = video.info
        assert info.frame_count_from_header == header
        assert abs(info.frame_count - counted) <= 3
        frames = list(video.frames(range(info.frame_count)))
        assert abs(len(frames) - given) <= 4
        assert video.decode_failures >= info.frame_count - len(frames) > 0
        assert all(number_in(frame.rgb) == frame.index for frame in frames[: given // 3])


def test_a_picture_may_change_its_size(tmp_path: Path) -> None:
    """Two raw streams in one file; each frame has the size that it was coded with."""
    small = write_video(tmp_path / "small.h264", Kind(".h264", count=10))
    large = write_video(tmp_path / "large.h264", Kind(".h264", count=10, width=320, height=240))
    (tmp_path / "both.h264").write_bytes(small.read_bytes() + large.read_bytes())
    with open_video(tmp_path / "both.h264") as video:
        sizes = [(frame.width, frame.height) for frame in video.frames(range(video.info.frame_count))]
    assert sizes == [(176, 144)] * 10 + [(320, 240)] * 10


def test_a_video_with_very_many_streams(tmp_path: Path) -> None:
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("mjpeg", rate=25) for _ in range(300)]
        for stream in streams:
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number, stream in enumerate(streams):
            assert isinstance(stream, av.VideoStream)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(number, 64, 48), format="rgb24")))
    with open_video(path) as video:
        assert video.info.frame_count == 1
        assert number_in(next(video.frames([0])).rgb) == 0


@pytest.mark.parametrize("step", [2**31, 2**40])
def test_absurd_times_are_only_times(step: int, tmp_path: Path) -> None:
    """Every tenth picture lasts for years; each is still found by its number."""
    kind = Kind(".mkv", count=30, steps=(1,) * 9 + (step,), options={"x264-params": "bframes=0:keyint=10"})
    with open_video(write_video(tmp_path / "absurd.mkv", kind)) as video:
        frames = list(video.frames([0, 9, 10, 11, 29]))
        assert [number_in(frame.rgb) for frame in frames] == [0, 9, 10, 11, 29]
        assert video.info.duration_seconds > 0
