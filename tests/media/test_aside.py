"""Frames put aside come back as they were, from a file that goes with them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

from fakefinder.errors import NoSpace
from fakefinder.media.aside import FramesAside, frames_aside
from fakefinder.media.memory import MemoryVideo
from fakefinder.media.video import Frame


def frame(index: int, height: int = 5, width: int = 7) -> Frame:
    """A frame of its own pixels."""
    pixels = np.random.default_rng(index).integers(0, 256, (height, width, 3), np.uint8)
    return Frame(index, index / 25, pixels)


def test_frames_come_back_in_any_order() -> None:
    aside = FramesAside()
    frames = [frame(3), frame(10, 4, 9), frame(11)]
    for one in frames:
        aside.put(one)
    for one in reversed(frames):
        again = aside.get(one.index)
        assert (again.index, again.time_seconds) == (one.index, one.time_seconds)
        np.testing.assert_array_equal(again.rgb, one.rgb)
        assert not again.rgb.flags.writeable


def test_a_view_with_gaps_is_kept_whole() -> None:
    aside = FramesAside()
    flipped = Frame(0, 0.0, frame(0).rgb[:, ::-1])
    aside.put(flipped)
    np.testing.assert_array_equal(aside.get(0).rgb, flipped.rgb)


def test_the_first_of_an_index_stays() -> None:
    aside = FramesAside()
    aside.put(frame(3))
    aside.put(Frame(3, 0.0, np.zeros((1, 1, 3), np.uint8)))
    np.testing.assert_array_equal(aside.get(3).rgb, frame(3).rgb)
    assert 3 in aside
    assert 4 not in aside
    with pytest.raises(KeyError):
        aside.get(4)


def test_detectors_of_one_scan_share_them() -> None:
    video = MemoryVideo([frame(0).rgb])
    frames_aside(video).put(frame(1))
    assert 1 in frames_aside(video)
    assert 1 not in frames_aside(MemoryVideo([frame(0).rgb]))


def test_a_full_disk_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("This system has no device that is always full.")
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: open("/dev/full", "w+b", buffering=0))  # noqa: PTH123, SIM115
    with pytest.raises(NoSpace, match="temporary files"):
        FramesAside().put(frame(0))
