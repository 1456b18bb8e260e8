"""Faces that fill the picture are found with a border around it, and reported in the picture's own pixels."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from skimage.data import astronaut

from fakefinder.faces.bordered import BorderedFinder
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.faces.mtcnn import MtcnnFinder
from fakefinder.media.video import Frame


@dataclass
class WhereItIsWide(FaceFinder):
    """Finds ``boxes`` in pictures wider than 100 pixels alone, and notes what it was shown."""

    boxes: list[FaceBox]
    shown: list[Frame] = field(default_factory=list)

    @property
    def key(self) -> Hashable:
        return "wide"

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        self.shown += frames
        return [self.boxes if frame.width > 100 else [] for frame in frames]


def frame(width: int, height: int) -> Frame:
    return Frame(7, 0.3, np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3))


def test_a_picture_without_a_face_is_searched_again_with_its_edge_repeated() -> None:
    landmarks = np.full((5, 2), 30, np.float32)
    finder = WhereItIsWide([FaceBox((20.0, 15.0, 90.0, 95.0), 0.9, landmarks)])
    small = frame(80, 60)
    [[found]] = BorderedFinder(finder, 0.25).find([small])
    assert found.xyxy == (0.0, -5.0, 70.0, 75.0)
    assert found.landmarks is not None
    assert (found.landmarks == 10).all()
    first, second = finder.shown
    assert first is small
    assert (second.width, second.height, second.index) == (120, 100, 7)
    assert (second.rgb[20:80, 20:100] == small.rgb).all()
    assert (second.rgb[0, 0] == small.rgb[0, 0]).all()
    assert (second.rgb[99, 119] == small.rgb[59, 79]).all()


def test_a_picture_with_a_face_is_searched_once_and_its_place_kept() -> None:
    finder = WhereItIsWide([FaceBox((1.0, 2.0, 3.0, 4.0), 0.9)])
    found = BorderedFinder(finder, 0.5).find([frame(120, 60), frame(60, 60), frame(130, 60)])
    assert [faces[0].xyxy for faces in found if faces] == [(1.0, 2.0, 3.0, 4.0)] * 2
    assert found[1] == [], "what lies wholly in the border is no face of the picture"
    assert [shown.width for shown in finder.shown] == [120, 60, 130, 120]


def test_settings_are_in_the_key() -> None:
    finder = WhereItIsWide([])
    assert BorderedFinder(finder, 0.25).key == BorderedFinder(WhereItIsWide([]), 0.25).key
    assert BorderedFinder(finder, 0.25).key != BorderedFinder(finder, 0.5).key
    assert BorderedFinder(finder, 0.25).key != finder.key


def test_a_face_without_its_chin_and_brow_is_found() -> None:
    plain = MtcnnFinder(thresholds=(0.6, 0.7, 0.7), factor=0.709, largest_first=True)
    tight = astronaut()[84:164, 184:264]  # type: ignore[no-untyped-call]
    shown = Frame(0, 0.0, cv2.resize(tight, (299, 299), interpolation=cv2.INTER_CUBIC))
    assert plain.find([shown]) == [[]]
    [[found]] = BorderedFinder(plain, 0.25).find([shown])
    x1, y1, x2, y2 = found.xyxy
    assert x1 < 75 < 225 < x2, "it covers the middle"
    assert y1 < 75 < 225 < y2
