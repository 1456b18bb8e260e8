"""The card of blend, and the figures that were measured with the weights in the package."""

from __future__ import annotations

from pathlib import Path

from fakefinder.detectors.blend.crops import INPUT_SIZE, MAX_FRAMES, MIN_FACE_PX, MIN_FRAMES
from fakefinder.records.card import DetectorCard
from fakefinder.records.measured import Measurement

FIGURES = Path(__file__).parent / "figures.json"
"""A ``Measurement``; absent until there is one."""


def read_figures(path: Path = FIGURES) -> Measurement | None:
    """What was measured, or None where nothing was yet."""
    return Measurement.model_validate_json(path.read_bytes()) if path.exists() else None


_MEASURED = read_figures()
_NOT_MEASURED = () if _MEASURED else ("How often it is right has not been measured yet.",)

CARD = DetectorCard(
    name="blend",
    version="1",
    title="FakeFinder's own, after self-blended images (Shiohara & Yamasaki 2022)",
    summary="A small EfficientNet looks for traces of blending, such as borders, colours or sharpness that do not "
    "fit, in every face that is large enough. Its weights come with the package.",
    recipe="two_a_second",
    coverage=f"Two instants a second, {MIN_FRAMES} to {MAX_FRAMES} in all, spread evenly from the first to the last "
    f"frame; in each every face of {MIN_FACE_PX} pixels or more.",
    trained_on="Official portraits of US representatives and senators (public domain), each blended with a changed "
    "version of itself or, three times in ten, with the face of another. No video, and no forgery made by anyone else.",
    intended_use="A first look where no other weights are at hand, and one voice among several detectors. A score is "
    "no proof, and says nothing of sound, captions or context.",
    measured=_MEASURED,
    details=(
        "Frame numbers are spread from the first to the last frame, two for each second.",
        "MTCNN searches each frame at a longer side of at most 640 pixels; where it finds nothing, once more with a "
        "border around the frame, so that faces which fill the picture are found.",
        f"A square of 1.2 times the longer side of each box is cut out and resized to {INPUT_SIZE} pixels. "
        f"Faces of less than {MIN_FACE_PX} pixels are left out; without others it abstains with face_too_small.",
        "EfficientNet-Lite0 gives a logit for each crop, which Platt scaling makes the logarithm of the odds of fake; "
        "where the weights hold several nets, their mean is taken.",
        "Boxes are joined into tracks, one for each face over time. Along a track the median of three neighbours "
        "replaces each logit; the mean of these gives the score of the track.",
        "The video's score is the highest one of a track that was seen in at least three frames, or of any where no "
        "face was.",
    ),
    caveats=(
        *_NOT_MEASURED,
        "It knows blending alone. Faces that are generated whole, driven by another person's face, or changed without "
        "a border pass as real.",
        "Heavy compression, resizing and filters hide the traces of blending, and make-up, glasses, sharp shadows and "
        "beauty filters look like them.",
        "Trained on well-lit portraits of adults in office, most of them frontal: other people and poses may be "
        "misjudged more often.",
        "The more faces a video shows, the more chances for a false alarm, since the highest one counts.",
    ),
    weights_licence="Apache-2.0",
    citation="Shiohara, Yamasaki 2022, Detecting Deepfakes with Self-Blended Images (CVPR), arXiv:2204.08376, for the "
    "way of training",
)
