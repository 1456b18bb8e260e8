"""Writes the figures on the card of `blend` from evaluations of the samples that took no part in making it.

    fakefinder evaluate CLIPS/labels.csv --split report -d blend -o out/clips
    fakefinder evaluate CROPS/labels.csv --split report -d blend -o out/crops
    python tools/write_blend_figures.py out/clips out/crops
    python tools/write_detector_cards.py

Look at that split once, when nothing about the detector will change any more: who chooses by it measures nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fakefinder.detectors.blend.card import FIGURES
from fakefinder.evaluation import Evaluation, measurement
from fakefinder.evaluation.outputs import JSON
from fakefinder.evaluation.result import VideoResult
from fakefinder.records.measured import Measurement

DETECTOR = "blend"
CLIPS, CROPS = (
    "labelled clips of research data sets, the half set apart",
    "DFDC face crops (stills), the half set apart",
)
FULL_FRAME = "clips that show the whole frame"
GROUPS = {
    "dfdc": "DFDC",
    "deeperforensics": "DeeperForensics",
    "ffpp": "FaceForensics++",
    "uadfv": "UADFV",
    "liveportrait": "LivePortrait's sample recordings",
    "face-crop": "clips cut to a face, most from DFDC",
}
FF_METHODS = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures")

Belongs = Callable[[VideoResult], bool]


def parts(clips: Evaluation) -> dict[str, Belongs]:
    """The parts of the clips that the card tells apart; a clip's name tells its method in FaceForensics++."""
    found: dict[str, Belongs] = {FULL_FRAME: lambda video: video.group != "face-crop"}
    there = {video.group for video in clips.videos}
    found |= {name: partial(_in_group, group) for group, name in GROUPS.items() if group in there}
    for method in FF_METHODS:
        if any(_by_method(method, video) for video in clips.videos):
            found[f"FaceForensics++, {method}"] = partial(_by_method, method)
    return found


def combined(clips: Evaluation, crops: Evaluation) -> Measurement:
    """The figures of the card: all clips, their parts, and the crops.

    Raises:
        SystemExit: the two were made with different weights.
    """
    of_clips = measurement(clips, DETECTOR, data=CLIPS, parts=parts(clips))
    of_crops = measurement(crops, DETECTOR, data=CROPS, parts={})
    if of_clips.weights_sha256 != of_crops.weights_sha256:
        raise SystemExit("The two evaluations were made with different weights; repeat them.")
    return of_clips.model_copy(update={"groups": (*of_clips.groups, of_crops.overall)})


def _in_group(group: str, video: VideoResult) -> bool:
    return video.group == group


def _by_method(method: str, video: VideoResult) -> bool:
    return video.group == "ffpp" and method in video.path


def main() -> None:
    """Read the arguments and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path, help="folder of the evaluation of the clips")
    parser.add_argument("crops", type=Path, help="folder of the evaluation of the face crops")
    given = parser.parse_args()
    clips, crops = (
        Evaluation.model_validate_json((folder / JSON).read_bytes()) for folder in (given.clips, given.crops)
    )
    FIGURES.write_text(combined(clips, crops).model_dump_json(indent=2) + "\n", encoding="utf-8")
    print(FIGURES)


if __name__ == "__main__":
    main()
