"""The command line as a user meets it: exit code, stdout and stderr of one command in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from fakefinder.cli.app import run
from fakefinder.media.video import RGB
from fakefinder.weights.store import WeightStore


@dataclass(frozen=True)
class Answer:
    """What one command gave."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def fakefinder(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """``fakefinder("scan", path)`` runs that command."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def mesonet_store(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weight store with the real MesoNet files."""
    root = tmp_path_factory.mktemp("weights")
    WeightStore(root, mirror=shared / "weights").pull("mesonet")
    return root


def portrait(number: int, width: int, height: int) -> RGB:
    """A face that moves a little from frame to frame, in a picture of any size."""
    return faces(number, width, height, count=1)


def two_portraits(number: int, width: int, height: int) -> RGB:
    """Two faces side by side."""
    return faces(number, width, height, count=2)


def faces(number: int, width: int, height: int, *, count: int) -> RGB:
    """``count`` equal faces side by side, on grey."""
    picture = np.full((height, width, 3), 90, np.uint8)
    side = min(height, width // count)
    face = astronaut()[0:300, 60:360]  # type: ignore[no-untyped-call]
    face = np.roll(cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA), number % 4, axis=1)
    for place in range(count):
        left = place * (width // count)
        picture[:side, left : left + side] = face
    return picture
