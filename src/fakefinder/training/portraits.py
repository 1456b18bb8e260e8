"""Portraits: the faces of a run in its folder, found once; memory holds only those that are looked at.

``faces.rgb`` holds the pixels of one face after another, ``faces.jsonl`` a line for each picture, written after its
pixels. A search that was stopped goes on behind the last line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, overload

import numpy as np
from PIL import Image

from fakefinder.faces.finder import FaceFinder
from fakefinder.training.faces import MARGIN, SIDE_PX, PortraitFace, portrait_faces
from fakefinder.training.picture_files import PictureFile

PIXELS, LINES = "faces.rgb", "faces.jsonl"
FACE_BYTES = SIDE_PX * SIDE_PX * 3
_HEAD = {"side_px": SIDE_PX, "margin": MARGIN}
"""The first line; where it differs, another version of this package has cut the faces."""

Without = Literal["no_face", "unreadable"]


@dataclass(frozen=True)
class _Found:
    """A line of the list: the face at ``place`` in the file of pixels, or why there is none."""

    sha256: str
    name: str
    place: int = -1
    landmarks: tuple[tuple[float, float], ...] = ()
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    without: Without | None = None


class Portraits(Sequence[PortraitFace]):
    """Faces in the order of their pictures; ``sha256s`` are those of the pictures' files."""

    def __init__(self, folder: Path, found: Sequence[_Found]) -> None:
        self._pixels = folder / PIXELS
        self._faces = [one for one in found if one.without is None]
        self._found = found

    @property
    def sha256s(self) -> list[str]:
        return [face.sha256 for face in self._faces]

    def without(self, why: Without) -> list[str]:
        """The names of the pictures that gave no face for this reason."""
        return [one.name for one in self._found if one.without == why]

    def chosen(self, fits: Callable[[str], bool]) -> Portraits:
        """The faces whose pictures' sha256 fits."""
        return Portraits(self._pixels.parent, [face for face in self._faces if fits(face.sha256)])

    def __len__(self) -> int:
        return len(self._faces)

    @overload
    def __getitem__(self, i: int) -> PortraitFace: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[PortraitFace]: ...
    def __getitem__(self, i: int | slice) -> PortraitFace | Sequence[PortraitFace]:
        if isinstance(i, slice):
            return [self[j] for j in range(*i.indices(len(self)))]
        face = self._faces[i]
        shape = SIDE_PX, SIDE_PX, 3
        rgb = np.fromfile(self._pixels, np.uint8, FACE_BYTES, offset=face.place * FACE_BYTES).reshape(shape)
        return PortraitFace(face.name, rgb, np.array(face.landmarks, np.float32), face.box)


def find_portraits(
    pictures: Sequence[PictureFile],
    root: Path,
    folder: Path,
    *,
    finder: Callable[[], FaceFinder],
    watch: Callable[[int], None] = lambda done: None,
) -> Portraits:
    """The largest face of each picture that has one.

    Args:
        pictures: files below ``root``; of equal ones only the first counts.
        folder: where the faces are kept, and found again in a later call.
        finder: makes the face finder, which gives the largest face first; not called where all faces are known.
        watch: told how many pictures have been looked at.
    """
    known = {one.sha256: one for one in _read(folder)}
    wanted: dict[str, PictureFile] = {}
    for picture in pictures:
        wanted.setdefault(picture.sha256, picture)
    missing = [picture for sha256, picture in wanted.items() if sha256 not in known]
    if missing:
        places = sum(one.without is None for one in known.values())
        for done, one in enumerate(_search(missing, root, folder, finder(), places), start=1):
            known[one.sha256] = one
            watch(len(pictures) - len(missing) + done)
    return Portraits(folder, [known[sha256] for sha256 in wanted])


def _search(
    pictures: Sequence[PictureFile], root: Path, folder: Path, finder: FaceFinder, places: int
) -> Iterator[_Found]:
    with (folder / PIXELS).open("ab") as pixels, (folder / LINES).open("a", encoding="utf-8") as lines:
        pixels.truncate(places * FACE_BYTES)
        if not lines.tell():
            lines.write(json.dumps(_HEAD) + "\n")
        for picture in pictures:
            one = _look(picture, root, finder, pixels, places)
            places += one.without is None
            pixels.flush()
            lines.write(json.dumps(vars(one)) + "\n")
            lines.flush()
            yield one


def _look(picture: PictureFile, root: Path, finder: FaceFinder, pixels: BinaryIO, place: int) -> _Found:
    try:
        face = next(portrait_faces([root / picture.name], root, finder), None)
    except (OSError, ValueError, Image.DecompressionBombError):
        return _Found(picture.sha256, picture.name, without="unreadable")
    if face is None:
        return _Found(picture.sha256, picture.name, without="no_face")
    pixels.write(face.rgb.tobytes())
    landmarks = tuple((float(x), float(y)) for x, y in face.landmarks)
    return _Found(picture.sha256, picture.name, place, landmarks, face.box)


def _read(folder: Path) -> list[_Found]:
    """What an earlier search has found; a last line that was cut off is taken away, a list of other faces as well."""
    path = folder / LINES
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        head, *rest = lines
        if json.loads(head) != _HEAD:
            raise ValueError("cut otherwise")
        whole = [line for line in rest if line.endswith("\n")]
        found = [_Found(**json.loads(line)) for line in whole]
        if sum(one.without is None for one in found) * FACE_BYTES > (folder / PIXELS).stat().st_size:
            raise ValueError("pixels are missing")
    except (FileNotFoundError, ValueError, TypeError):
        path.unlink(missing_ok=True)
        return []
    if len(whole) < len(rest):
        path.write_text("".join([head, *whole]), encoding="utf-8")
    return found
