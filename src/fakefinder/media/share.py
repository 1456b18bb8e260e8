"""share: several consumers of one video, one decode.

Each consumer is an ordinary function that iterates over ``video.frames(...)``. It runs in a thread of
its own, but only one runs at a time: all are brought to their first request, the union of the requests
is decoded in one forward pass, and each frame is handed to whoever asked for it before the next one is
taken. So consumers need no locks, do not compete for the processor, and one frame is in flight. A
consumer that asks again after its first request starts a second pass, shared with others that do so.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar

from fakefinder.media.video import Frame, Video, VideoInfo, strictly_ascending

T = TypeVar("T")


@dataclass(frozen=True)
class Served(Generic[T]):
    """What one consumer returned, and the seconds it ran, waiting for frames apart."""

    result: T
    seconds: float


def share(video: Video, consumers: Sequence[Callable[[Video], T]]) -> list[Served[T]]:
    """Run the consumers over one decode; their results in order.

    An error of the video is raised inside each consumer that waits for a frame. An error that a consumer
    raises ends all of them and is raised here.
    """
    _ = video.info  # probed before the first pass, during which the video is busy
    turns = [_Turn(video, consumer) for consumer in consumers]
    try:
        for turn in turns:
            turn.resume()
        while any(turn.request for turn in turns):
            _run_pass(video, turns)
    except _ConsumerFailed as failed:
        raise failed.error from None
    finally:
        for turn in turns:
            turn.stop()
    return [Served(turn.result[0], turn.seconds) for turn in turns]


def _run_pass(video: Video, turns: Sequence[_Turn[T]]) -> None:
    """One forward pass for all requests that are open now."""
    waiting = {turn: turn.request for turn in turns if turn.request}
    union = sorted({index for request in waiting.values() for index in request.left})

    def still() -> list[tuple[_Turn[T], _Request]]:
        return [(turn, request) for turn, request in waiting.items() if turn.request is request]

    failure: Exception | None = None
    try:
        for frame in video.frames(union):
            for turn, request in still():
                if request.takes(frame.index):
                    turn.resume(frame)
            if not still():
                return
    except _ConsumerFailed:
        raise
    except Exception as error:
        failure = error
    for turn, request in still():
        request.left.clear()
        turn.resume(failure)


class _Request:
    """The indices that a consumer still waits for, ascending."""

    def __init__(self, indices: Iterable[int]) -> None:
        self.left = deque(indices)

    def takes(self, index: int) -> bool:
        """True where the frame is the next one wanted; earlier ones can no longer come and are given up."""
        while self.left and self.left[0] < index:
            self.left.popleft()
        return bool(self.left) and self.left[0] == index


class _ConsumerFailed(Exception):
    """Carries a consumer's own error past those of the video."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Stopped(BaseException):
    """Unwinds a consumer whose scan has ended."""


class _Turn(Generic[T]):
    """A consumer in its thread, and the Video that it sees.

    Control passes to and fro between ``resume`` (the caller's thread) and ``_pause`` (the consumer's).
    """

    def __init__(self, video: Video, consumer: Callable[[Video], T]) -> None:
        self.request: _Request | None = None
        self.result: list[T] = []
        self.seconds = 0.0
        self._video = video
        self._consumer = consumer
        self._given: Frame | Exception | None = None
        self._error: BaseException | None = None
        self._stopped = False
        self._mine, self._theirs = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def info(self) -> VideoInfo:
        return self._video.info

    @property
    def memo(self) -> dict[object, object]:
        return self._video.memo

    def frames(self, indices: Iterable[int]) -> Iterator[Frame]:
        """As ``Video.frames``, from the shared pass. A new request ends an earlier one that is still open."""
        request = self.request = _Request(strictly_ascending(indices))
        try:
            while request.left:
                if self.request is not request:
                    raise RuntimeError("This pass over the video was ended by a later one.")
                given = self._pause()
                if isinstance(given, Frame):
                    request.left.popleft()
                    yield given
                elif given is not None:
                    raise given
        finally:
            if self.request is request:
                self.request = None

    def resume(self, given: Frame | Exception | None = None) -> None:
        """Let the consumer run until it waits for a frame, or ends."""
        start = perf_counter()
        self._given = given
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._theirs.release()
        self._mine.acquire()
        self.seconds += perf_counter() - start
        if self._error is not None:
            raise _ConsumerFailed(self._error)

    def stop(self) -> None:
        """End the consumer where it waits."""
        if self._thread.is_alive() and not self._stopped:
            self._stopped = True
            self._theirs.release()
            self._thread.join(timeout=10)

    def _pause(self) -> Frame | Exception | None:
        if not self._stopped:
            self._mine.release()
            self._theirs.acquire()
        if self._stopped:
            raise _Stopped
        given, self._given = self._given, None
        return given

    def _run(self) -> None:
        try:
            self.result.append(self._consumer(self))
        except _Stopped:
            pass
        except BaseException as error:
            self._error = error
        finally:
            self.request = None
            self._mine.release()
