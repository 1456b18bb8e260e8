"""Videos made once for all tests of this folder, and what OpenCV reads from a video."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.media.video import RGB
from tests.media.broken_videos import DAMAGED, REFUSED
from tests.media.videos import write_kind


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the path of the video of that name, made at the first call."""
    broken = {**DAMAGED, **REFUSED}

    @cache
    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name.replace(".", "_"))
        return broken[name](folder) if name in broken else write_kind(name, folder)

    return make


@pytest.fixture(scope="session")
def opencv_frames() -> Callable[[Path], Iterator[RGB]]:
    """Gives all pictures of a video as OpenCV reads them, in RGB."""

    def read(path: Path) -> Iterator[RGB]:
        capture = cv2.VideoCapture(str(path))
        while (answer := capture.read())[0]:
            yield np.ascontiguousarray(answer[1][..., ::-1], np.uint8)

    return read
