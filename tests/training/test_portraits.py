"""Portraits: found once, gone on with, and told apart from what is no face or no picture."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.errors import UsageError
from fakefinder.faces.finder import FaceBox, FaceFinder
from fakefinder.media.video import Frame
from fakefinder.training.examples import BlendedPairs
from fakefinder.training.faces import SIDE_PX, portrait_faces
from fakefinder.training.picture_files import picture_files
from fakefinder.training.portraits import LINES, PIXELS, Portraits, find_portraits

LANDMARKS = np.array([(45, 45), (75, 45), (60, 62), (48, 80), (72, 80)], np.float32)


class BrightFaces(FaceFinder):
    """Finds one face in bright pictures and none in dark ones; ``looked`` counts them. Fails at the ``limit``."""

    def __init__(self, limit: int = 1000) -> None:
        self.looked, self._limit = 0, limit

    @property
    def key(self) -> Hashable:
        return "bright"

    def find(self, frames: Sequence[Frame]) -> list[list[FaceBox]]:
        self.looked += len(frames)
        if self.looked > self._limit:
            raise KeyboardInterrupt
        box = FaceBox((30.0, 20.0, 90.0, 100.0), 0.9, LANDMARKS)
        return [[box] if frame.rgb.mean() > 60 else [] for frame in frames]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Five pictures with a face, one of them twice, a dark one, a broken one, and a text."""
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name in ("a.png", "b.png", "deeper/c.png", "deeper/d.png", "e.png"):
        cv2.imwrite(str(folder / name), rng.integers(60, 256, (120, 120, 3), np.uint8))
    shutil.copy(folder / "a.png", folder / "z.png")
    cv2.imwrite(str(folder / "dark.png"), np.zeros((120, 120, 3), np.uint8))
    (folder / "broken.jpg").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture either")
    return folder


@pytest.fixture
def find(root: Path, tmp_path: Path) -> Callable[[FaceFinder], Portraits]:
    (tmp_path / "run").mkdir()
    return lambda finder: find_portraits(picture_files(root), root, tmp_path / "run", finder=lambda: finder)


def test_the_faces_are_those_of_the_pictures(find: Callable[[FaceFinder], Portraits], root: Path) -> None:
    found = find(BrightFaces())
    assert [face.name for face in found] == ["a.png", "b.png", "deeper/c.png", "deeper/d.png", "e.png"]
    assert found.without("no_face") == ["dark.png"]
    assert found.without("unreadable") == ["broken.jpg"]
    (expected,) = portrait_faces([root / "deeper/c.png"], root, BrightFaces())
    assert np.array_equal(found[2].rgb, expected.rgb)
    assert found[2].rgb.shape == (SIDE_PX, SIDE_PX, 3)
    assert np.array_equal(found[2].landmarks, expected.landmarks)
    assert found[2].box == expected.box


def test_a_second_search_looks_at_new_pictures_only(find: Callable[[FaceFinder], Portraits], root: Path) -> None:
    before = find(BrightFaces())
    cv2.imwrite(str(root / "b2.png"), np.full((120, 120, 3), 200, np.uint8))
    (root / "e.png").rename(root / "first.png")
    (root / "a.png").unlink()
    (root / "z.png").unlink()
    finder = BrightFaces()
    after = find(finder)
    assert finder.looked == 1
    assert len(after) == 5
    assert set(after.sha256s) - set(before.sha256s) == {after.sha256s[1]}
    assert np.array_equal(after[4].rgb, before[4].rgb)


@pytest.mark.parametrize("cut", [0, 5])
def test_a_stopped_search_goes_on(find: Callable[[FaceFinder], Portraits], tmp_path: Path, cut: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        find(BrightFaces(limit=3))
    lines = tmp_path / "run" / LINES
    lines.write_bytes(lines.read_bytes()[: -cut or None])
    finder = BrightFaces()
    found = find(finder)
    assert finder.looked < 6
    assert [face.name for face in found] == ["a.png", "b.png", "deeper/c.png", "deeper/d.png", "e.png"]
    rows = {face.rgb.tobytes() for face in found}
    assert len(rows) == 5
    assert (tmp_path / "run" / PIXELS).stat().st_size == 5 * SIDE_PX * SIDE_PX * 3


def test_missing_pixels_are_found_again(find: Callable[[FaceFinder], Portraits], tmp_path: Path) -> None:
    before = find(BrightFaces())[4].rgb
    (tmp_path / "run" / PIXELS).unlink()
    assert np.array_equal(find(BrightFaces())[4].rgb, before)


def test_a_pair_depends_on_seed_round_and_number_alone(find: Callable[[FaceFinder], Portraits]) -> None:
    faces = find(BrightFaces())
    pairs = BlendedPairs(faces, 64, seed=3)
    assert len(pairs) == 5
    item = pairs[2, 4]
    assert item.shape == (2, 64, 64, 3)
    again = pickle.loads(pickle.dumps(BlendedPairs(faces, 64, seed=3)))
    assert again[2, 4].equal(item)
    for other in (pairs[1, 4], pairs[2, 3], BlendedPairs(faces, 64, seed=4)[2, 4]):
        assert not other.equal(item)


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        picture_files(tmp_path / "absent")
    with pytest.raises(UsageError, match="holds no pictures") as caught:
        picture_files(tmp_path)
    assert ".jpg" in caught.value.hint
