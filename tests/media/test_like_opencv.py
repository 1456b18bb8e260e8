"""Pictures, their numbers and the header's count are those that OpenCV gives, on which published recipes rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.media import Frame, open_video
from fakefinder.media.video import RGB
from tests.media.videos import READABLE, STILLS, number_in


def difference(frame: Frame, theirs: RGB) -> int:
    """The largest difference of two pictures in levels."""
    assert frame.rgb.shape == theirs.shape
    return int(np.abs(frame.rgb.astype(np.int16) - theirs).max())


@pytest.mark.parametrize("name", [*READABLE, *STILLS])
def test_every_picture_equals_opencvs(
    name: str, made: Callable[[str], Path], opencv_frames: Callable[[Path], Iterator[RGB]]
) -> None:
    path = made(name)
    theirs = list(opencv_frames(path))
    with open_video(path) as video:
        ours = list(video.frames(range(video.info.frame_count)))
        assert video.info.frame_count == len(theirs)
        assert [frame.index for frame in ours] == list(range(len(theirs)))
        assert max(difference(*pair) for pair in zip(ours, theirs, strict=True)) <= 1
        assert (video.info.height, video.info.width) == theirs[0].shape[:2]
        assert video.decode_failures == 0


@pytest.mark.parametrize("name", [*READABLE, *STILLS])
def test_header_count_equals_opencvs(name: str, made: Callable[[str], Path]) -> None:
    """OpenCV gives huge negative counts where the header tells no length; ours is 0 there."""
    path = made(name)
    theirs = int(cv2.VideoCapture(str(path)).get(cv2.CAP_PROP_FRAME_COUNT))
    with open_video(path) as video:
        assert video.info.frame_count_from_header == max(theirs, 0)


@pytest.mark.parametrize("name", ["h264_b_frames", "vp9_webm", "mpeg4_avi", "variable_rate"])
def test_pictures_tell_their_own_number(name: str, made: Callable[[str], Path]) -> None:
    with open_video(made(name)) as video:
        wanted = [0, 3, 17, 39, 40, 59]
        assert [number_in(frame.rgb) for frame in video.frames(wanted)] == wanted


def assert_clip_equals_opencvs(clip: Path) -> None:
    """A spread of frames, the last included, within one level."""
    capture = cv2.VideoCapture(str(clip))
    with open_video(clip) as video:
        assert video.info.frame_count_from_header == int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), clip.name
        last = video.info.frame_count - 1
        wanted = sorted({0, 1, last // 3, last // 2 + 1, last})
        at = -1
        for frame in video.frames(wanted):
            while at < frame.index:
                assert capture.grab()
                at += 1
            assert difference(frame, np.asarray(capture.retrieve()[1][..., ::-1], np.uint8)) <= 1, clip.name
        assert at == last
        assert not capture.grab()


def test_small_clips_equal_opencvs(shared: Path) -> None:
    clips = sorted(shared.glob("clips/*.mp4"), key=lambda clip: clip.stat().st_size)
    assert len(clips) >= 60
    for clip in clips[:12]:
        assert_clip_equals_opencvs(clip)


@pytest.mark.slow
def test_all_clips_equal_opencvs(shared: Path) -> None:
    for clip in sorted(shared.glob("clips/*.mp4")):
        assert_clip_equals_opencvs(clip)
