"""Several consumers see what each would see alone, from one decode, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakefinder.errors import VideoUnreadable
from fakefinder.media import Frame, Video, open_video
from fakefinder.media.memory import MemoryVideo
from fakefinder.media.share import share

COUNT = 30
Consumer = Callable[[Video], object]


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.fixture
def video() -> MemoryVideo:
    return memory_video()


def memory_video() -> MemoryVideo:
    return MemoryVideo([np.full((2, 3, 3), number, np.uint8) for number in range(COUNT)])


def looks_at(*passes: Iterable[int]) -> Consumer:
    """A consumer that returns the numbers of the frames it was given in each pass."""

    def look(video: Video) -> list[list[int]]:
        return [[int(frame.rgb[0, 0, 0]) for frame in video.frames(indices)] for indices in passes]

    return look


def results(video: Video, *consumers: Consumer) -> list[object]:
    return [served.result for served in share(video, consumers)]


indices = st.sets(st.integers(0, COUNT + 3)).map(sorted)


@given(st.lists(st.lists(indices, max_size=3), max_size=4))
def test_sharing_equals_decoding_alone(wishes: list[list[list[int]]]) -> None:
    alone = [looks_at(*passes)(memory_video()) for passes in wishes]
    assert results(memory_video(), *[looks_at(*passes) for passes in wishes]) == alone


@given(st.lists(indices, max_size=5))
def test_each_frame_is_decoded_once(wishes: list[list[int]]) -> None:
    video = memory_video()
    share(video, [looks_at(wish) for wish in wishes])
    assert video.decoded == len({index for wish in wishes for index in wish if index < COUNT})


def test_a_video_file_is_decoded_once(made: Callable[[str], Path]) -> None:
    def sums(indices: Iterable[int]) -> Consumer:
        return lambda video: [(frame.index, int(frame.rgb.sum())) for frame in video.frames(indices)]

    wishes = [range(60), [3, 59], range(0, 60, 7), []]
    with open_video(made("h264_b_frames")) as video:
        together = results(video, *map(sums, wishes))
        assert video.decoded == 60
    with open_video(made("h264_b_frames")) as video:
        assert together == [sums(wish)(video) for wish in wishes]


def test_decode_failures_are_counted(made: Callable[[str], Path]) -> None:
    with open_video(made("corrupted")) as video:
        share(video, [looks_at([0, 59]), looks_at(range(60))])
        assert video.decode_failures > 0


def test_second_passes_are_shared_too(video: MemoryVideo) -> None:
    assert results(video, looks_at([1, 2], [0, 5]), looks_at([2], [5, 6]), looks_at([9])) == [
        [[1, 2], [0, 5]],
        [[2], [5, 6]],
        [[9]],
    ]
    assert video.decoded == len([1, 2, 9]) + len([0, 5, 6])


def test_a_consumer_that_stops_early_costs_no_more_frames(video: MemoryVideo) -> None:
    def first(video: Video) -> int:
        return next(video.frames(range(COUNT))).index

    assert results(video, first, looks_at([0, 2])) == [0, [[0, 2]]]
    assert video.decoded <= 4


def test_frames_come_one_by_one_to_one_consumer_at_a_time(video: MemoryVideo) -> None:
    running, order = threading.Lock(), []

    def consumer(name: str) -> Consumer:
        def look(video: Video) -> None:
            assert running.acquire(blocking=False)
            try:
                frames = video.frames(range(3))
                while True:
                    running.release()
                    frame = next(frames, None)
                    assert running.acquire(blocking=False)
                    if frame is None:
                        return
                    order.append((frame.index, name))
            finally:
                running.release()

        return look

    share(video, [consumer("a"), consumer("b")])
    assert order == [(index, name) for index in range(3) for name in "ab"]


def test_consumers_that_ask_for_nothing(video: MemoryVideo) -> None:
    assert results(video, lambda video: 7, looks_at([]), looks_at(), lambda video: video.info.frame_count) == [
        7,
        [[]],
        [],
        COUNT,
    ]
    assert video.decoded == 0
    assert share(video, []) == []


def test_a_consumers_error_ends_all_and_is_raised(video: MemoryVideo) -> None:
    unwound = []

    def waiting(video: Video) -> None:
        try:
            list(video.frames(range(COUNT)))
        finally:
            unwound.append(True)

    def failing(video: Video) -> None:
        next(video.frames([3]))
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        share(video, [waiting, failing, waiting])
    assert unwound == [True, True]
    assert video.decoded <= 4


def test_a_consumer_that_fails_at_once(video: MemoryVideo) -> None:
    def failing(video: Video) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        share(video, [looks_at([1]), failing, looks_at([1])])


def test_a_stopped_consumer_that_asks_on_while_it_unwinds(video: MemoryVideo) -> None:
    def stubborn(video: Video) -> None:
        try:
            list(video.frames(range(COUNT)))
        finally:
            list(video.frames(range(COUNT)))

    def failing(video: Video) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        share(video, [stubborn, failing])


class BreakingVideo(MemoryVideo):
    """Fails at frame 5 of its first pass with the given error."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(memory_video()._pictures)
        self._errors = [error]

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        for frame in super().frames(indices):
            if frame.index >= 5 and self._errors:
                raise self._errors.pop()
            yield frame


def test_an_error_of_the_video_reaches_every_consumer_that_waits() -> None:
    def tries(indices: Iterable[int]) -> Consumer:
        def look(video: Video) -> list[int | str]:
            seen: list[int | str] = []
            try:
                seen += [frame.index for frame in video.frames([0])]
                for frame in video.frames(indices):
                    seen.append(frame.index)
            except VideoUnreadable as error:
                seen.append(str(error))
            return seen

        return look

    video = BreakingVideo(VideoUnreadable("Broken."))
    assert results(video, tries([1, 9]), tries([1, 2]), tries([7])) == [[0, 1, "Broken."], [0, 1, 2], [0, "Broken."]]


def test_a_pass_after_an_error_is_a_new_one() -> None:
    def twice(video: Video) -> list[int]:
        with pytest.raises(VideoUnreadable):
            list(video.frames([1, 9]))
        return [frame.index for frame in video.frames([1, 9])]

    assert results(BreakingVideo(VideoUnreadable("Broken.")), twice) == [[1, 9]]


def test_an_interrupt_ends_all() -> None:
    """As Ctrl-C does, which Python raises in the thread that decodes."""
    with pytest.raises(KeyboardInterrupt):
        share(BreakingVideo(KeyboardInterrupt()), [looks_at(range(COUNT)), looks_at([9])])


def test_a_later_pass_of_a_consumer_ends_its_earlier_one(video: MemoryVideo) -> None:
    def nested(video: Video) -> list[int]:
        first = video.frames(range(COUNT))
        seen = [next(first).index]
        seen += [frame.index for frame in video.frames([4, 5])]
        with pytest.raises(RuntimeError, match="ended by a later one"):
            next(first)
        return seen

    assert results(video, nested, looks_at([1])) == [[0, 4, 5], [[1]]]


def test_indices_that_do_not_ascend_are_refused(video: MemoryVideo) -> None:
    with pytest.raises(ValueError, match="strictly ascending"):
        share(video, [looks_at([3, 3])])


def test_consumers_share_one_memo(video: MemoryVideo) -> None:
    def remember(video: Video) -> int:
        video.memo["seen"] = len(list(video.frames([0])))
        return len(video.memo)

    assert results(video, remember, remember) == [1, 1]
    assert video.memo == {"seen": 1}


def test_an_unreadable_video_reaches_no_consumer(made: Callable[[str], Path]) -> None:
    called: list[Video] = []
    with open_video(made("text")) as video, pytest.raises(VideoUnreadable):
        share(video, [called.append])
    assert called == []
