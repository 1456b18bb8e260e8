"""What users are told of medics."""

from __future__ import annotations

from fakefinder.records.card import DetectorCard, PublishedFigure

CARD = DetectorCard(
    name="medics",
    version="1",
    title="The Medics, fifth place of the Deepfake Detection Challenge 2020",
    summary="Seven 3-D nets judge how each face moves, and a SE-ResNeXt-50 judges 32 frames of it, in the first 100 "
    "frames; the score is the mean of all eight nets over all faces.",
    coverage="The first 100 frames (3.3 seconds at 30 frames a second); every face that is seen in four successive "
    "searched frames, which are ten frames apart.",
    trained_on="DFDC (2020 face swaps of paid actors).",
    intended_use="A voice among several detectors on whether faces at the start of a video were swapped; the one that "
    "looks at movement. A score is no proof, and says nothing of sound, captions or context.",
    details=(
        "MTCNN searches every tenth of the first 100 frames, made 480 pixels long, and where that gives no region, "
        "once more at 960 pixels.",
        "Boxes that overlap from one searched frame to the next are joined into regions; a frame without any face is "
        "filled with what the frames before and after have in common. Regions of four searched frames or more count.",
        "Each region is cut out of all its frames with one fixed rectangle, put into a black square, resized to 256 "
        "pixels and cut to the middle 224.",
        "Two I3D, a 3-D ResNet-34, two mc3_18 and two r2plus1d_18 each judge this clip and its mirror image.",
        "The SE-ResNeXt-50 judges a square around the face in each of the region's first 32 frames, every other one "
        "mirrored; the lower median counts.",
        "Each net's answer is the mean over regions; the score is the mean over the eight nets, between 0.001 and "
        "0.999.",
    ),
    published=(
        PublishedFigure(
            value="Log loss 0.43711, fifth place",
            data="DFDC private test set of 10,000 videos",
            source="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397, and the "
            "Kaggle leaderboard",
        ),
    ),
    caveats=(
        "Nothing behind the first 100 frames is looked at: a video that is manipulated later passes.",
        "One manipulated person among several counts only by his share of the faces.",
        "Faces that touch or overlap at any time are joined and judged as one.",
        "A face whose box crosses the top or left border of the picture is not seen, as in the published system.",
        "Faces in fewer than four successive searched frames, and videos under 31 frames, are not judged.",
        "A region's last frame is left out, and the squares of the 2-D net lag behind fast movement, as published.",
        "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
        "Where the published system loses its 2-D net or a 3-D net to an error, and answers with the others, this one "
        "uses all eight; an error of a net fails the detector.",
    ),
    needs_video=True,
    citation="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397",
    home="https://github.com/jphdotam/DFDC",
)
