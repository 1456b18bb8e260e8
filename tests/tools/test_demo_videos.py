"""The demo's forgery differs from the untouched portrait in the face alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage.data import astronaut

from fakefinder.media import open_video
from tools.make_demo_video import FACE_AXES, FACE_CENTRE, SOFTNESS_PX, make_demo_video, with_other_face


@pytest.mark.parametrize("turn", [0.0, 1.0, 4.0])
def test_only_the_face_is_changed(turn: float) -> None:
    portrait = astronaut()  # type: ignore[no-untyped-call]
    changed = np.abs(with_other_face(portrait, turn).astype(int) - portrait).max(axis=2)
    y, x = np.indices(changed.shape)
    reach = 4 * SOFTNESS_PX
    outside = ((x - FACE_CENTRE[0]) / (FACE_AXES[0] + reach)) ** 2 + (
        (y - FACE_CENTRE[1]) / (FACE_AXES[1] + reach)
    ) ** 2 > 1
    assert changed[outside].max() <= 1
    assert changed[FACE_CENTRE[1] - 30 : FACE_CENTRE[1] + 30, FACE_CENTRE[0] - 30 : FACE_CENTRE[0] + 30].mean() > 5


def test_both_videos_can_be_read(tmp_path: Path) -> None:
    first = []
    for blended in (False, True):
        path = tmp_path / f"{blended}.mp4"
        make_demo_video(path, width=256, height=256, seconds=1, blended=blended)
        with open_video(path) as video:
            assert video.info.frame_count == 25
            first += [next(iter(video.frames([0]))).rgb.astype(int)]
    assert np.abs(first[0] - first[1]).max() > 20
