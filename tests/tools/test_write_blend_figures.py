"""The parts of the measured clips that the card of blend tells apart."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "write_blend_figures.py"))


def test_clips_belong_to_their_parts() -> None:
    clips = [
        SimpleNamespace(path="polimi_ffpp_FaceSwap_634_660.mp4", group="ffpp"),
        SimpleNamespace(path="polimi_ffpp_original_634.mp4", group="ffpp"),
        SimpleNamespace(path="jphdotam_dfdc0_a.mp4_0_0.mp4", group="face-crop"),
        SimpleNamespace(path="d0.mp4", group="liveportrait"),
    ]
    parts = TOOL["parts"](SimpleNamespace(videos=clips))
    held = {name: [number for number, clip in enumerate(clips) if belongs(clip)] for name, belongs in parts.items()}
    assert held == {
        TOOL["FULL_FRAME"]: [0, 1, 3],
        "FaceForensics++": [0, 1],
        "FaceForensics++, FaceSwap": [0],
        "clips cut to a face, most from DFDC": [2],
        "LivePortrait's sample recordings": [3],
    }
