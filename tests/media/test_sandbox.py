"""A child that dies, stalls, or exceeds a limit costs its video, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from fakefinder.errors import DecodeLimitExceeded, VideoUnreadable
from fakefinder.media import DecodeLimits, open_video
from tests.media.videos import number_in


def children(parent: int) -> list[int]:
    """Processes whose parent is that one, zombies included."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # has just ended
            continue
        if int(fields[1]) == parent:
            found.append(int(stat.parent.name))
    return found


def own_children() -> set[int]:
    return set(children(os.getpid()))


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def _nothing_left() -> Iterator[None]:
    """After each test there are no more processes and open files than before."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc")
    processes, files = own_children(), open_files()
    yield
    assert own_children() == processes
    assert open_files() == files


def assert_readable(path: Path) -> None:
    with open_video(path) as video:
        assert number_in(next(video.frames([17])).rgb) == 17


@pytest.mark.parametrize("mebibytes", [1, 64, 200])
def test_memory_limit(mebibytes: int, made: Callable[[str], Path]) -> None:
    path = made("h264_b_frames")
    limits = DecodeLimits(memory_bytes=mebibytes << 20)
    with open_video(path, limits) as video, pytest.raises(DecodeLimitExceeded, match=f"more than {mebibytes} MiB"):
        _ = video.info
    assert_readable(path)


def test_memory_limit_reached_while_decoding(tmp_path: Path) -> None:
    """A picture of 8000 x 8000, once decoded 192 MB."""
    Image.new("RGB", (8000, 8000)).save(tmp_path / "large.png")
    with open_video(tmp_path / "large.png") as video:
        assert next(video.frames([0])).width == 8000
    limits = DecodeLimits(memory_bytes=400 << 20)
    with open_video(tmp_path / "large.png", limits) as video, pytest.raises(DecodeLimitExceeded, match="400 MiB"):
        _ = video.info


def test_cpu_limit(made: Callable[[str], Path]) -> None:
    path = made("h264_b_frames")

    def decode_on_and_on() -> None:
        with open_video(path, DecodeLimits(cpu_seconds=1)) as video:
            for _ in range(1000):
                for _frame in video.frames(range(60)):
                    pass

    with pytest.raises(DecodeLimitExceeded, match="more than 1 seconds of processor time"):
        decode_on_and_on()
    assert_readable(path)


def test_a_silent_child_is_ended(made: Callable[[str], Path]) -> None:
    path = made("h264_b_frames")
    before = own_children()
    with open_video(path, DecodeLimits(silent_seconds=0.5)) as video:
        assert video.info.frame_count == 60
        (child,) = own_children() - before
        os.kill(child, signal.SIGSTOP)
        with pytest.raises(DecodeLimitExceeded, match=r"no progress for 0\.5 seconds"):
            next(video.frames([0]))
        assert child not in own_children()
    assert_readable(path)


def test_a_child_killed_in_a_pass(made: Callable[[str], Path]) -> None:
    before = own_children()
    with open_video(made("rotated_90")) as video:
        frames = video.frames(range(60))
        assert next(frames).index == 0
        (child,) = own_children() - before
        os.kill(child, signal.SIGSEGV)
        with pytest.raises(VideoUnreadable, match="ended by signal 11"):
            list(frames)
        assert [frame.index for frame in video.frames([5, 6])] == [5, 6]  # with a new child


def test_a_child_killed_between_passes(made: Callable[[str], Path]) -> None:
    before = own_children()
    with open_video(made("h264_b_frames")) as video:
        assert video.info.frame_count == 60
        (child,) = own_children() - before
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert [frame.index for frame in video.frames([5, 6])] == [5, 6]


def test_a_consumer_that_stops_early(made: Callable[[str], Path]) -> None:
    with open_video(made("h264_b_frames")) as video:
        assert next(video.frames(range(60))).index == 0
        for frame in video.frames(range(60)):
            if frame.index == 3:
                break
        assert [frame.index for frame in video.frames([2, 50])] == [2, 50]


def test_one_child_serves_pass_after_pass(made: Callable[[str], Path]) -> None:
    """Also where nobody asks for more than the last frame."""
    before = own_children()
    with open_video(made("h264_b_frames")) as video:
        for index in (0, 30, 59, 2):
            frames = video.frames([index])
            assert next(frames).index == index
            del frames
            if index == 0:
                (first,) = own_children() - before
        assert own_children() - before == {first}
        assert video.decoded > 0


def test_a_later_pass_ends_an_earlier_one(made: Callable[[str], Path]) -> None:
    with open_video(made("h264_b_frames")) as video:
        first = video.frames(range(60))
        assert next(first).index == 0
        assert [frame.index for frame in video.frames([7, 8])] == [7, 8]
        with pytest.raises(RuntimeError, match="ended by a later one"):
            next(first)
        assert [frame.index for frame in video.frames([9])] == [9]


def test_probing_in_the_middle_of_a_pass(made: Callable[[str], Path]) -> None:
    with open_video(made("h264_b_frames")) as video:
        frames = video.frames(range(60))
        assert next(frames).index == 0
        assert video.info.frame_count == 60


def test_closing_twice_and_without_use(made: Callable[[str], Path]) -> None:
    video = open_video(made("h264_b_frames"))
    video.close()
    video.close()
    assert video.info.frame_count == 60
    video.close()


@pytest.mark.parametrize("indices", [[1, 1], [2, 1], [-1, 0], [0, 0, 1]])
def test_indices_that_do_not_ascend_are_refused(indices: list[int], made: Callable[[str], Path]) -> None:
    with open_video(made("h264_b_frames")) as video, pytest.raises(ValueError, match="strictly ascending"):
        list(video.frames(indices))


def test_pixels_cannot_be_written_to(made: Callable[[str], Path]) -> None:
    with open_video(made("h264_b_frames")) as video:
        frame = next(video.frames([0]))
        with pytest.raises(ValueError, match="read-only"):
            frame.rgb[0] = 0


def test_the_child_ends_with_its_parent(made: Callable[[str], Path]) -> None:
    script = (
        "import sys, time\n"
        "from fakefinder.media import open_video\n"
        "frames = open_video(sys.argv[1]).frames(range(60))\n"
        "print(next(frames).index, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(made("odd_size"))], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "0\n"
        (child,) = children(parent.pid)
        parent.kill()
    for _ in range(500):
        if not Path(f"/proc/{child}").exists():
            break
        time.sleep(0.02)
    assert not Path(f"/proc/{child}").exists()


GARBAGE = {
    "no json": "garbage\n",
    "no object": "[1]\n",
    "a number": "7\n",
    "no bytes": "{}\n",
    "negative bytes": '{"bytes": -3}\n',
    "no info": '{"bytes": 0}\n',
    "info of a wrong kind": '{"bytes": 0, "info": {"fps_from_header": [1, 0]}}\n',
    "too large": '{"bytes": 300000000000, "height": 100000, "width": 1000000}\n',
    "other size": '{"bytes": 6, "height": 1, "width": 1}\n',
    "negative size": '{"bytes": 12, "height": -2, "width": -2}\nabcdefghijkl',
    "no index": '{"bytes": 3, "height": 1, "width": 1}\nabc',
    "short": '{"bytes": 3, "height": 1, "width": 1}\na',
    "infinite": '{"bytes": 3, "height": 1, "width": 1e999}\nabc',
    "endless line": "x" * (2 << 20),
    "nothing": "",
}


@pytest.mark.parametrize("words", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_from_the_child(
    words: str, made: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that a hostile file has taken over may say anything."""
    path = made("h264_b_frames")
    (tmp_path / "words").write_text(words)
    (tmp_path / "child").write_text(f"#!/bin/sh\nread limits\nread request\ncat {tmp_path}/words\n")
    (tmp_path / "child").chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(tmp_path / "child"))
        with open_video(path) as video:
            with pytest.raises(VideoUnreadable):
                _ = video.info
            with pytest.raises(VideoUnreadable):
                list(video.frames([0]))
    assert_readable(path)


def test_what_the_child_dies_of_is_told(tmp_path: Path, made: Callable[[str], Path]) -> None:
    """An error that nobody foresaw: its last line reaches the reader."""
    with open_video(made("h264_b_frames")) as video:
        child = video._running()
        with pytest.raises(VideoUnreadable, match="KeyError: 'op'"):
            child.ask({})
