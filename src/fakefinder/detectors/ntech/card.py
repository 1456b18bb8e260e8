"""The card of ntech."""

from fakefinder.records.card import DetectorCard, PublishedFigure

CARD = DetectorCard(
    name="ntech",
    version="1",
    title="NTech-Lab, third place of the Deepfake Detection Challenge 2020",
    summary="Two EfficientNet-B7 judge single faces and a third judges sequences of seven frames, for every face that "
    "is followed for 1.3 seconds or more; the score is one weighted mean of all answers.",
    coverage="The whole video at about 15 frames a second; in it every face that was found in seven searches in a row, "
    "0.2 seconds apart, and with a confidence of 0.9 in one of them.",
    trained_on="DFDC (2020 face swaps of paid actors); the face finder on WIDER FACE, as its file's name says.",
    intended_use="A second opinion on whether a face in a video was swapped, as one voice among several detectors. "
    "A score is no proof, and says nothing of sound, captions or context.",
    details=(
        "Frames are taken at about 15 a second: the header's frame rate without its fraction, over 15, rounded, is "
        "the step.",
        "DSFD (ResNet-152) searches every third of them at a longer side of 512 pixels; faces above 0.3 are followed.",
        "Boxes that overlap by 0.3 from search to search are one track. A track counts with seven boxes or more, of "
        "which one has a confidence of 0.9; between searches its boxes are interpolated.",
        "Crops are 1.5 times the box, cut at the border of the picture, with 192 pixels in width and 224 in height; "
        "every other one is mirrored.",
        "Single faces are judged at every second frame, by a net that sees more around the face and by one that sees "
        "less, two faces each in turn.",
        "Sequences of seven frames begin at every 14th; their net, whose layers look at the frames before and after, "
        "answers for each frame.",
        "Each answer is taken farther from 0.5 and clipped to between 0.01 and 0.99; the score is their mean, weighted "
        "by how far the answers were from 0.5.",
    ),
    published=(
        PublishedFigure(
            value="Log loss 0.43452, the third lowest",
            data="DFDC private test set of 10,000 videos",
            source="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397, and the "
            "Kaggle leaderboard",
        ),
    ),
    caveats=(
        "Faces seen for less than about 1.3 seconds without a break are not judged; it abstains where there are no "
        "others.",
        "It abstains below 8 frames a second.",
        "One manipulated person among several counts only by the share of his frames, and of how sure the nets are.",
        "Where the picture is neither 16:9 nor 4:3, found faces may be placed off by up to a few per cent, as "
        "published.",
        "All frames of a sequence are cut at the place of its fourth, so a fast face leaves the crop.",
        "The score lies between 0.01 and 0.99.",
        "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
    ),
    needs_video=True,
    citation="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397",
    home="https://github.com/NTech-Lab/deepfake-detection-challenge",
)
