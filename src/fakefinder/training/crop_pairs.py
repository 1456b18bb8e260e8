"""CropPairs: pairs made of the faces in labelled videos."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from fakefinder.media.video import RGB
from fakefinder.training.corrupt import Corruption
from fakefinder.training.videos import VideoFaces


class CropPairs:
    """Pairs of a real and a fake crop, as a ``PairSet``: each crop of the more frequent label once in a round.

    In training the crops are mirrored at random and corrupted alike; otherwise they are as the detector sees them.
    """

    def __init__(self, faces: Sequence[VideoFaces], size_px: int, seed: int, *, corrupt: bool) -> None:
        self._crops = [
            [(one, i) for one in faces if one.video.fake is fake for i in range(one.count)] for fake in (False, True)
        ]
        self._size_px, self._seed, self._corrupt = size_px, seed, corrupt

    def __len__(self) -> int:
        return max(map(len, self._crops))

    def __getitem__(self, place: tuple[int, int]) -> Tensor:
        number, i = place
        rng = np.random.default_rng([self._seed, number, i])
        pair = [self._crop(crops, i, rng) for crops in self._crops]
        if self._corrupt:
            pair = [rgb[:, ::-1] if rng.random() < 0.5 else rgb for rgb in pair]
            corruption = Corruption.drawn(rng)
            pair = [corruption(np.ascontiguousarray(rgb)) for rgb in pair]
        return torch.from_numpy(np.stack(pair))

    def _crop(self, crops: Sequence[tuple[VideoFaces, int]], i: int, rng: Generator) -> RGB:
        one, number = crops[i] if len(crops) == len(self) else crops[int(rng.integers(len(crops)))]
        rgb: RGB = one.crops()[number]
        if rgb.shape[0] != self._size_px:
            shrinks = rgb.shape[0] > self._size_px
            sides, flag = (self._size_px, self._size_px), cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            rgb = np.asarray(cv2.resize(rgb, sides, interpolation=flag), np.uint8)
        return rgb
