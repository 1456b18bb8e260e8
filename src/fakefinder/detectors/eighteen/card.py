"""The card of eighteen."""

from fakefinder.records.card import DetectorCard, PublishedFigure

CARD = DetectorCard(
    name="eighteen",
    version="1",
    title="Eighteen Years Old (RobustForensics), fourth place of the Deepfake Detection Challenge 2020",
    summary="Four SlowFast nets judge the one or two longest-lived faces as moving pictures, seven further nets judge "
    "their single frames; the score is a weighted mean of what the nets are sure of.",
    coverage="Up to 160 frames in equal steps over the whole video, of which the frame nets judge up to 35; in them "
    "the one or two faces that are seen longest.",
    trained_on="DFDC (2020 face swaps of paid actors).",
    intended_use="A second opinion on whether a face in a video was swapped, as one voice among several detectors. "
    "A score is no proof, and says nothing of sound, captions or context.",
    details=(
        "About 160 frames are taken in equal steps from the first to the last.",
        "RetinaFace (MobileNet) searches each at a shorter side of 400 pixels; faces below 0.8 are left out.",
        "Boxes that overlap by half from frame to frame are one face; as many faces are judged as most frames show, "
        "two at most, those seen longest.",
        "Each face is cut out with squares of one size, 1.3 times the box's longer side; a frame in which it was not "
        "found is filled with its nearest crop.",
        "Four SlowFast nets give P(fake) of all crops of a face as one clip.",
        "Xception, EfficientNet-B0, B1 (three times), B3 and ResNet-34 judge up to 35 crops, averaged five by five.",
        "For each net, the faces count by the highest score, the lowest or the mean, according to how sure it is.",
        "The score is 0.4 times the weighted mean of the SlowFast nets and 0.6 times that of the others; where more "
        "than 0.7 of the nets of a kind are above 0.8 or below 0.2, only these count.",
    ),
    published=(
        PublishedFigure(
            value="Log loss 0.43476, the fourth lowest",
            data="DFDC private test set of 10,000 videos",
            source="Kaggle leaderboard; Dolhansky et al. 2020, arXiv:2006.07397",
        ),
    ),
    caveats=(
        "At most two faces are judged, and none where most of the frames show no face: it abstains then.",
        "A second face that is seen in few frames is not judged.",
        "After a cut, somebody else at the same place counts as the same face.",
        "Where a face is out of sight, its nearest crop stands in, so that the clip stands still there.",
        "Of fewer than five frames only the SlowFast nets judge, as published; the recipe is `clip_nets_only` then.",
        "The SlowFast nets see up to 160 frames at once, but were trained on 32.",
        "Trained on 2020 face swaps; enhancers, lip-sync and fully generated video may pass as real.",
    ),
    needs_video=True,
    citation="Dolhansky et al. 2020, The DeepFake Detection Challenge (DFDC) Dataset, arXiv:2006.07397",
    home="https://github.com/Siyu-C/RobustForensics",
)
