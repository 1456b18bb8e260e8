"""What is held at once while a long video goes by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from weakref import WeakSet

import numpy as np
import pytest
from torch import Tensor

from fakefinder.detectors.ntech import stream as stream_module
from fakefinder.detectors.ntech.judge import WAITING_PICTURES, Crop, CropJudge, JudgedTrack
from fakefinder.detectors.ntech.plan import SEQUENCE_FRAMES, NetName
from fakefinder.detectors.ntech.scores import probabilities
from fakefinder.detectors.ntech.stream import DROPPED_SHOWN, FaceStream
from fakefinder.detectors.ntech.tracks import SEARCH_EVERY, IouTrack
from fakefinder.faces.finder import FaceBox
from fakefinder.media.video import Frame

SIDE = 64
FACE = (16.0, 16.0, 40.0, 40.0)
FRAMES_HELD = 9
"""From the start of a sequence to the search that completes it at the latest."""


class Nets:
    """Answer by the brightness of what they see; count the pictures."""

    def __init__(self) -> None:
        self.pictures = 0
        self.largest = 0

    def __call__(self, x: Tensor) -> Tensor:
        pictures = x.shape[0] * (x.shape[1] if x.ndim == 5 else 1)
        self.pictures += pictures
        self.largest = max(self.largest, pictures)
        logits = x.mean(dim=(-3, -2, -1))
        return logits if x.ndim == 5 else logits[:, None]


class Held:
    """Frames, and pictures of crops, that are alive; the most that ever were."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames: WeakSet[Frame] = WeakSet()
        self.crops: WeakSet[Crop] = WeakSet()
        self.most_frames = self.most_pictures = 0

        def noted(*fields: object) -> Crop:
            crop = Crop(*fields)  # type: ignore[arg-type]
            self.crops.add(crop)
            return crop

        monkeypatch.setattr(stream_module, "Crop", noted)

    def frame(self, position: int) -> Frame:
        frame = Frame(2 * position, position / 15, np.full((SIDE, SIDE, 3), position % 256, np.uint8))
        self.frames.add(frame)
        self.most_frames = max(self.most_frames, len(self.frames))
        return frame

    def look(self) -> None:
        self.most_pictures = max(self.most_pictures, sum(len(crop.pixels) for crop in self.crops))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(monkeypatch)


def run(held: Held, nets: Nets, searches: Iterator[Sequence[FaceBox] | None]) -> FaceStream:
    """Stream a video with the faces of each search; None where that frame cannot be decoded."""
    names: tuple[NetName, ...] = ("sequence", "wide", "close")
    stream = FaceStream(CropJudge(dict.fromkeys(names, nets), "cpu"))
    for search, faces in enumerate(searches):
        for after in range(SEARCH_EVERY):
            if after or faces is not None:
                position = SEARCH_EVERY * search + after
                stream.add(position, held.frame(position), None if after else faces)
                held.look()
    stream.finish()
    held.look()
    return stream


def test_one_face_in_a_long_video(held: Held) -> None:
    nets, searches = Nets(), 700
    stream = run(held, nets, iter([[FaceBox(FACE, 0.95)]] * searches))
    entries = SEARCH_EVERY * (searches - 1) + 1
    (judged,) = stream.counted
    assert len(judged.faces) == len(range(0, entries, 2))
    assert len(judged.sequences) == len(range(0, entries - 6, 14))
    assert nets.pictures == len(judged.faces) + SEQUENCE_FRAMES * len(judged.sequences)
    assert nets.largest == SEQUENCE_FRAMES
    assert held.most_frames == FRAMES_HELD
    assert WAITING_PICTURES / 2 < held.most_pictures <= WAITING_PICTURES + SEQUENCE_FRAMES


def test_a_face_that_never_counts_is_judged_early_and_then_forgotten(held: Held) -> None:
    nets = Nets()
    stream = run(held, nets, iter([[FaceBox(FACE, 0.5)]] * 500))
    assert nets.pictures > 0
    assert held.most_pictures <= WAITING_PICTURES + SEQUENCE_FRAMES
    assert not stream.counted
    assert len(stream.dropped) == 1


def test_a_face_that_counts_late_has_all_its_answers(held: Held) -> None:
    sure_at_once, sure_late = (
        run(held, Nets(), iter([[FaceBox(FACE, 0.95 if search == sure else 0.5)] for search in range(300)]))
        for sure in (0, 299)
    )
    expected = probabilities(sure_at_once.counted)
    assert expected.size > 2 * WAITING_PICTURES
    assert np.array_equal(probabilities(sure_late.counted), expected)


def test_a_crowd(held: Held) -> None:
    """Far more faces than may wait, of which none counts yet."""
    crowd = [FaceBox((x, y, x + 5.0, y + 5.0), 0.95) for x in range(0, 60, 6) for y in range(0, 60, 6)]
    stream = run(held, Nets(), iter([crowd] * 7))
    assert len(stream.counted) == len(crowd)
    assert all((len(judged.faces), len(judged.sequences)) == (10, 1) for judged in stream.counted)
    assert held.most_pictures <= WAITING_PICTURES + SEQUENCE_FRAMES


def test_faces_that_come_and_go_leave_nothing(held: Held) -> None:
    nets = Nets()
    stream = run(held, nets, iter([[FaceBox(FACE, 0.95)], []] * 200))
    assert nets.pictures == 0
    assert len(stream.dropped) == DROPPED_SHOWN
    assert held.most_pictures == 1
    assert held.most_frames == SEARCH_EVERY + 1


def test_frames_do_not_pile_up_where_those_to_be_searched_cannot_be_decoded(held: Held) -> None:
    run(held, Nets(), iter([[FaceBox(FACE, 0.95)], *[None] * 200]))
    assert held.most_frames == SEARCH_EVERY + 1


def test_nothing_is_held_between_faces(held: Held) -> None:
    run(held, Nets(), iter([[]] * 50))
    assert held.most_frames == 1
    assert held.most_pictures == 0


def test_on_cuda_pictures_are_judged_sixteen_at_once() -> None:
    nets = Nets()
    judge = CropJudge({"sequence": nets, "wide": nets}, "cuda")
    track = JudgedTrack(IouTrack(0, [FaceBox(FACE, 0.95)], 0.95))
    for entry in range(40):
        judge.put(Crop(track, "wide", entry, np.zeros((1, 224, 192, 3), np.uint8)))
    for entry in range(3):
        judge.put(Crop(track, "sequence", entry, np.full((7, 224, 192, 3), 255, np.uint8)))
    judge.finish()
    assert nets.largest == 16
    assert nets.pictures == 61
    assert sorted(track.faces) == list(range(40))
    assert track.sequences[2] == [track.sequences[2][0]] * SEQUENCE_FRAMES
    assert track.sequences[2][0] > track.faces[0]
