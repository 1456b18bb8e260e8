"""Area resizing from a table of sums equals adaptive average pooling."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import adaptive_avg_pool2d

from fakefinder.faces.area import Pixels, PixelSums
from fakefinder.media.video import RGB

REL = 2e-7
"""One or two roundings of float32: the sums are whole numbers and exact on both sides."""


def noise(height: int, width: int) -> RGB:
    return np.random.default_rng(height * 1000 + width).integers(0, 256, (height, width, 3), np.uint8)


def pooled(rgb: RGB, height: int, width: int) -> Pixels:
    return adaptive_avg_pool2d(torch.from_numpy(rgb.copy()).permute(2, 0, 1).float(), (height, width)).numpy()


side = st.integers(1, 70)


@given(side, side, side, side)
@settings(deadline=None)
def test_resized_is_adaptive_average_pooling(height: int, width: int, to_height: int, to_width: int) -> None:
    rgb = noise(height, width)
    resized = PixelSums(rgb).resized(to_height, to_width)
    assert resized.dtype == np.float32
    np.testing.assert_allclose(resized, pooled(rgb, to_height, to_width), rtol=REL)


@given(st.data(), st.integers(1, 60), st.integers(1, 60), st.sampled_from([1, 24, 48]))
@settings(deadline=None)
def test_resized_parts_are_adaptive_average_pooling(data: st.DataObject, height: int, width: int, to: int) -> None:
    def span(length: int) -> tuple[int, int]:
        first = data.draw(st.integers(0, length - 1))
        return first, data.draw(st.integers(first + 1, length))

    rgb = noise(height, width)
    spans = [(*span(width), *span(height)) for _ in range(data.draw(st.integers(1, 4)))]
    ltrb = np.array([(left, top, right, bottom) for left, right, top, bottom in spans])
    parts = PixelSums(rgb).resized_parts(ltrb, to)
    assert parts.shape == (len(ltrb), 3, to, to)
    for part, (left, top, right, bottom) in zip(parts, ltrb, strict=True):
        np.testing.assert_allclose(part, pooled(rgb[top:bottom, left:right], to, to), rtol=REL)


def test_no_parts() -> None:
    assert PixelSums(noise(5, 5)).resized_parts(np.zeros((0, 4), np.int64), 24).shape == (0, 3, 24, 24)


def test_sums_beyond_int32_wrap_without_harm() -> None:
    rgb = np.full((2400, 3800, 3), 255, np.uint8)
    rgb[2000:, 3000:] = 7
    assert int(rgb[:, :, 0].sum()) > 2**31
    sums = PixelSums(rgb)
    np.testing.assert_allclose(sums.resized(48, 76), pooled(rgb, 48, 76), rtol=REL)
    assert sums.resized_parts(np.array([[3100, 2100, 3600, 2400]]), 24) == pytest.approx(7)


def test_a_view_with_gaps_is_read_rightly() -> None:
    rgb = noise(40, 60)
    view = rgb[::2, 10:50, ::-1]
    np.testing.assert_allclose(PixelSums(view).resized(7, 9), pooled(view, 7, 9), rtol=REL)
