"""CropJudge: gives crops to the nets, and holds no more of them than a fixed number.

Most tracks are too short to count, so crops wait with their track until it does. Where too many wait, the oldest are
judged early, and the answers are let go with the track if it never counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fakefinder.detectors.crops import CROPS_AT_ONCE
from fakefinder.detectors.normalise import normalised_from_255
from fakefinder.detectors.ntech.plan import SEQUENCE_FRAMES, NetName
from fakefinder.detectors.ntech.tracks import IouTrack
from fakefinder.media.sample import batches
from fakefinder.media.video import RGB

if TYPE_CHECKING:
    from torch import Tensor

    from fakefinder.nets.compile import CompiledNet

WAITING_PICTURES = 128
"""Pictures that may wait to be judged: 17 MB."""


@dataclass(eq=False)
class JudgedTrack:
    """What is kept of a track: where and when it was seen, and what the nets answered; no pixels but a thumbnail.

    ``frames`` maps an entry to the frame's index and time, ``faces`` an entry to P(fake), ``sequences`` the first
    entry of a sequence to P(fake) of each of its frames. ``thumbnail`` is a JPEG of the clearest face.
    """

    track: IouTrack
    thumbnail: bytes = field(default=b"", repr=False)
    frames: dict[int, tuple[int, float]] = field(default_factory=dict)
    faces: dict[int, float] = field(default_factory=dict)
    sequences: dict[int, list[float]] = field(default_factory=dict)


@dataclass(eq=False)
class Crop:
    """What a net judges at once: uint8 ``pixels`` (frames, 224, 192, 3) of a track, from ``entry`` on."""

    of: JudgedTrack
    net: NetName
    entry: int
    pixels: RGB = field(repr=False)


class CropJudge:
    """Judges the crops of one video."""

    def __init__(self, nets: Mapping[NetName, CompiledNet], device: str) -> None:
        """Take the nets: ``sequence`` maps (N, 7, 3, 224, 192) to logits (N, 7), others (N, 3, 224, 192) to (N, 1)."""
        self._nets = nets
        self._pictures_at_once = CROPS_AT_ONCE[device]
        self._waiting: list[Crop] = []

    def put(self, crop: Crop) -> None:
        """Take a crop, to be judged sooner or later."""
        self._waiting.append(crop)
        if _pictures(self._waiting) > WAITING_PICTURES:
            self._make_room()

    def drop(self, track: JudgedTrack) -> None:
        """Let the crops of a track go unjudged."""
        self._waiting = [crop for crop in self._waiting if crop.of is not track]

    def finish(self) -> None:
        """Judge all that still wait."""
        self._judge(self._waiting)
        self._waiting = []

    def _make_room(self) -> None:
        """Judge the crops of tracks that count; then the oldest, until half of the room is free."""
        self._judge([crop for crop in self._waiting if crop.of.track.counts])
        unsure = [crop for crop in self._waiting if not crop.of.track.counts]
        early = 0
        while _pictures(unsure[early:]) > WAITING_PICTURES // 2:
            early += 1
        self._judge(unsure[:early])
        self._waiting = unsure[early:]

    def _judge(self, crops: Sequence[Crop]) -> None:
        for name, net in self._nets.items():
            at_once = self._pictures_at_once // (SEQUENCE_FRAMES if name == "sequence" else 1)
            for batch in batches([crop for crop in crops if crop.net == name], max(at_once, 1)):
                pixels = np.stack([crop.pixels for crop in batch])
                logits = net(crop_input(pixels if name == "sequence" else pixels[:, 0]))
                for crop, p in zip(batch, logits.sigmoid().tolist(), strict=True):
                    _note(crop, p)


def _pictures(crops: Iterable[Crop]) -> int:
    return sum(len(crop.pixels) for crop in crops)


def _note(crop: Crop, p: list[float]) -> None:
    if crop.net == "sequence":
        crop.of.sequences[crop.entry] = p
    else:
        (crop.of.faces[crop.entry],) = p


def crop_input(pixels: RGB) -> Tensor:
    """``pixels`` (..., height, width, 3) as the nets take them, float32 (..., 3, height, width)."""
    return normalised_from_255(pixels).movedim(-1, -3).contiguous()
