"""Corruption: what cameras, screens, editors and platforms do to a whole picture, real or fake alike."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from fakefinder.media.encode import as_h264
from fakefinder.media.video import RGB


@dataclass(frozen=True)
class Corruption:
    """One throw of the dice, so that the real and the fake of a pair suffer the same.

    None, or 0 for noise, leaves a step out; steps are taken in the order of the fields.
    """

    brightness: float
    contrast: float
    saturation: float
    blur_sigma_px: float | None
    motion_px: int | None
    size: float | None
    noise: float
    noise_seed: int
    jpeg_quality: int | None
    h264_crf: int | None
    shift_px: tuple[int, int]

    @classmethod
    def drawn(cls, rng: Generator) -> Corruption:
        """A corruption; about one in eight leaves the picture almost as it is."""
        harsh = rng.random() < 0.85
        codec = rng.random()
        return cls(
            brightness=float(rng.uniform(-0.2, 0.15)),
            contrast=float(rng.uniform(0.75, 1.2)),
            saturation=float(rng.uniform(0.5, 1.3)),
            blur_sigma_px=float(rng.uniform(0.4, 1.8)) if harsh and rng.random() < 0.3 else None,
            motion_px=int(rng.integers(3, 8)) if harsh and rng.random() < 0.12 else None,
            size=float(rng.uniform(0.3, 0.9)) if harsh and rng.random() < 0.6 else None,
            noise=float(rng.uniform(1, 10)) if harsh and rng.random() < 0.3 else 0.0,
            noise_seed=int(rng.integers(2**31)),
            jpeg_quality=int(rng.integers(35, 98)) if harsh and (codec < 0.3 or codec > 0.92) else None,
            h264_crf=int(rng.integers(18, 36)) if harsh and codec > 0.3 else None,
            shift_px=(int(rng.integers(-2, 3)), int(rng.integers(-2, 3))),
        )

    @classmethod
    def by_camera(cls, rng: Generator) -> Corruption:
        """What a camera adds before anybody can forge: noise, a soft lens, its own codec."""
        return cls(
            brightness=0,
            contrast=1,
            saturation=1,
            blur_sigma_px=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.3 else None,
            motion_px=None,
            size=None,
            noise=float(rng.uniform(1, 9)) if rng.random() < 0.7 else 0.0,
            noise_seed=int(rng.integers(2**31)),
            jpeg_quality=int(rng.integers(60, 98)) if rng.random() < 0.3 else None,
            h264_crf=int(rng.integers(16, 30)) if rng.random() < 0.6 else None,
            shift_px=(int(rng.integers(-2, 3)), int(rng.integers(-2, 3))),
        )

    def __call__(self, rgb: RGB) -> RGB:
        """The corrupted picture, of the same size."""
        side = rgb.shape[1]
        picture = rgb.astype(np.float32)
        mean = picture.mean()
        picture = (picture - mean) * self.contrast + mean + 255 * self.brightness
        grey = picture.mean(axis=2, keepdims=True)
        picture = grey + (picture - grey) * self.saturation
        if self.blur_sigma_px is not None:
            picture = cv2.GaussianBlur(picture, (0, 0), self.blur_sigma_px)
        if self.motion_px is not None:
            picture = cv2.blur(picture, (self.motion_px, 1) if self.noise_seed % 2 else (1, self.motion_px))
        if self.size is not None:
            small = max(16, round(side * self.size / 2) * 2)
            picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
        if self.noise:
            noise = np.random.default_rng(self.noise_seed).standard_normal(picture.shape, np.float32)
            picture = picture + noise * np.float32(self.noise)
        whole = np.asarray(picture.clip(0, 255).round(), np.uint8)
        if self.jpeg_quality is not None:
            whole = _as_jpeg(whole, self.jpeg_quality)
        if self.h264_crf is not None:
            # The second frame is predicted from the first: most frames of a video are.
            before = np.roll(whole, self.shift_px, axis=(0, 1))
            whole = as_h264([before, whole], crf=self.h264_crf)[-1]
        if whole.shape[1] != side:
            whole = np.asarray(cv2.resize(whole, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
        return whole


def _as_jpeg(rgb: RGB, quality: int) -> RGB:
    written, jpeg = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert written, "OpenCV writes every uint8 picture as JPEG"
    return np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB), np.uint8)
