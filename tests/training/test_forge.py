"""Pairs: what differs between the real half and the forged one, and what must not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from fakefinder.detectors.boken import largest_face_finder
from fakefinder.media.encode import as_h264
from fakefinder.media.video import RGB, Frame
from fakefinder.training.corrupt import Corruption
from fakefinder.training.donor import donor_for, placed
from fakefinder.training.faces import MARGIN, SIDE_PX, PortraitFace, pictures_in, portrait_faces
from fakefinder.training.forge import REGION_WEIGHTS, SWAP_REGION_WEIGHTS, forged
from fakefinder.training.pairs import framed, pair
from fakefinder.training.regions import LANDMARKS, REGIONS, region, softened
from fakefinder.training.vary import covered, varied

NOTHING = Corruption(
    brightness=0, contrast=1, saturation=1, blur_sigma_px=None, motion_px=None, size=None, noise=0, noise_seed=0,
    jpeg_quality=None, h264_crf=None, shift_px=(0, 0),
)  # fmt: skip


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> PortraitFace:
    folder = tmp_path_factory.mktemp("faces")
    picture: RGB = astronaut()  # type: ignore[no-untyped-call]
    cv2.imwrite(str(folder / "collins.png"), picture[..., ::-1])
    cv2.imwrite(str(folder / "nobody.png"), np.full((64, 64, 3), 90, np.uint8))
    (found,) = portrait_faces(pictures_in(folder), folder, largest_face_finder("cpu"))
    return found


def test_the_face_of_a_picture_is_kept_with_its_landmarks(face: PortraitFace) -> None:
    assert face.name == "collins.png"
    assert face.rgb.shape == (SIDE_PX, SIDE_PX, 3)
    x1, y1, x2, y2 = face.box
    assert max(x2 - x1, y2 - y1) == pytest.approx(SIDE_PX / (1 + MARGIN), rel=0.01)
    again = largest_face_finder("cpu").find([Frame(0, 0.0, face.rgb)])[0][0]
    assert again.landmarks is not None
    assert np.abs(again.landmarks - face.landmarks).max() < 0.03 * SIDE_PX


def test_regions_are_where_their_names_say() -> None:
    landmarks = LANDMARKS * 100 + (256, 200)
    centres = {}
    for name in REGIONS:
        mask = region(name, landmarks.astype(np.float32), 512)
        assert set(np.unique(mask)) == {0.0, 1.0}
        y, x = np.nonzero(mask)
        assert abs(x.mean() - 256) < 2, "all regions of a frontal face are symmetric"
        centres[name] = y.mean()
    assert centres["eyes"] < 210 < centres["nose"] < centres["mouth"]
    assert (
        region("face", landmarks.astype(np.float32), 512).sum()
        > region("inner_face", landmarks.astype(np.float32), 512).sum()
    )


def test_a_region_follows_the_landmarks() -> None:
    turned = cv2.getRotationMatrix2D((0, 0), 90, 100)
    landmarks = (LANDMARKS @ turned[:, :2].T + (200, 300)).astype(np.float32)
    y, x = np.nonzero(region("mouth", landmarks, 512))
    assert (x.mean(), y.mean()) == pytest.approx(tuple(landmarks[3:].mean(axis=0)), abs=12)


def test_softened_masks_stay_between_0_and_1() -> None:
    mask = region("face", (LANDMARKS * 60 + (112, 80)).astype(np.float32), 224)
    for seed in range(20):
        soft = softened(mask, np.random.default_rng(seed))
        assert soft.shape == mask.shape
        assert 0 <= soft.min() < 0.01
        assert 0.5 < soft.max() <= 1
        assert (soft * mask).sum() > 0.5 * soft.sum(), "the mask stays on the face"


@pytest.mark.parametrize("weights", [REGION_WEIGHTS, SWAP_REGION_WEIGHTS])
def test_region_weights_are_a_distribution_over_regions(weights: dict[str, float]) -> None:
    assert weights.keys() <= REGIONS.keys()
    assert sum(weights.values()) == pytest.approx(1)


def mirrored(face: PortraitFace) -> PortraitFace:
    """Somebody else, as far as the files tell."""
    landmarks = np.column_stack([SIDE_PX - 1 - face.landmarks[:, 0], face.landmarks[:, 1]])[[1, 0, 2, 4, 3]]
    x1, y1, x2, y2 = face.box
    return PortraitFace("other.png", face.rgb[:, ::-1], landmarks, (SIDE_PX - x2, y1, SIDE_PX - x1, y2))


def test_fakes_differ_from_their_reals_on_the_face_and_nowhere_else(face: PortraitFace) -> None:
    outside = cv2.dilate(region("box", face.landmarks, SIDE_PX), np.ones((141, 141), np.uint8)) == 0
    assert outside.mean() > 0.05
    for seed in range(20):
        real, fake = forged(face.rgb, face.landmarks, mirrored(face), np.random.default_rng(seed))
        difference = np.abs(real.astype(int) - fake)
        assert difference[outside].max() <= 1
        assert difference.max() > 5


def test_a_donor_is_somebody_else_and_of_like_pose(face: PortraitFace) -> None:
    turned = PortraitFace("turned.png", face.rgb, face.landmarks * (0.6, 1), face.box)
    alike = PortraitFace("alike.png", face.rgb, face.landmarks + 2, face.box)
    for seed in range(10):
        assert donor_for(face, [face, turned, alike], np.random.default_rng(seed)).name != face.name
    names = [donor_for(face, [turned, alike], np.random.default_rng(seed)).name for seed in range(10)]
    assert names.count("alike.png") >= 8, "taken wherever it is drawn"


def test_a_donor_is_placed_on_the_landmarks(face: PortraitFace) -> None:
    wanted = (face.landmarks * 0.5 + (20, 30)).astype(np.float32)
    there = placed(face, wanted, 224)
    (x, y) = wanted[2].round().astype(int)
    nose = face.rgb[tuple(face.landmarks[2].round().astype(int)[::-1])]
    assert there.shape == (224, 224, 3)
    assert np.abs(there[y - 1 : y + 2, x - 1 : x + 2].mean((0, 1)) - nose).max() < 25


def test_varied_pictures_keep_their_size_and_differ(face: PortraitFace) -> None:
    pictures = [varied(face.rgb, np.random.default_rng(seed)) for seed in range(6)]
    assert all(picture.shape == face.rgb.shape and picture.dtype == np.uint8 for picture in pictures)
    assert len({picture.tobytes() for picture in pictures}) >= 5


def test_a_square_covers_the_same_place_of_both_halves() -> None:
    real, fake = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    hidden = 0
    for seed in range(40):
        a, b = covered(real, fake, np.random.default_rng(seed))
        equal = (a == b).all(axis=2)
        hidden += bool(equal.any())
        assert equal.mean() < 0.2
        assert not real.any(), "the pictures given are left as they are"
    assert 4 <= hidden <= 22


def test_pairs_repeat_for_a_seed_and_differ_between_seeds(face: PortraitFace) -> None:
    first, again, other = (pair(face, mirrored(face), np.random.default_rng(seed), 96) for seed in (1, 1, 2))
    assert all(picture.shape == (96, 96, 3) and picture.dtype == np.uint8 for picture in first)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], first[1])


def test_framing_moves_landmarks_with_the_pixels(face: PortraitFace) -> None:
    """Dots painted on the landmarks lie where the moved landmarks say."""
    for seed in range(5):
        dotted = np.zeros_like(face.rgb)
        for x, y in face.landmarks.round().astype(int):
            cv2.circle(dotted, (int(x), int(y)), 3, (255, 255, 255), -1)
        cut, landmarks = framed(dotted, face.landmarks, face.box, np.random.default_rng(seed), 224)
        inside = [(x, y) for x, y in landmarks.round().astype(int) if 3 < x < 220 and 3 < y < 220]
        assert len(inside) >= 3
        assert all(cut[y, x].min() > 100 for x, y in inside)


def test_corruption_without_steps_changes_nothing(face: PortraitFace) -> None:
    assert np.array_equal(NOTHING(face.rgb), face.rgb)


def test_both_halves_suffer_the_same_corruption(face: PortraitFace) -> None:
    for seed in range(30):
        corruption = Corruption.drawn(np.random.default_rng(seed))
        once, twice = corruption(face.rgb), corruption(face.rgb)
        assert once.shape == face.rgb.shape
        assert np.array_equal(once, twice)


@pytest.mark.parametrize("step", [{"blur_sigma_px": 1.5}, {"motion_px": 5}, {"size": 0.4}])
def test_each_of_these_steps_takes_detail_away(face: PortraitFace, step: dict[str, float]) -> None:
    import dataclasses

    worse = dataclasses.replace(NOTHING, **step)(face.rgb)  # type: ignore[arg-type]
    assert _detail(worse) < 0.7 * _detail(face.rgb)


def test_noise_and_codecs_change_pixels_but_not_the_picture(face: PortraitFace) -> None:
    import dataclasses

    for step in ({"noise": 8.0}, {"jpeg_quality": 40}, {"h264_crf": 32}):
        worse = dataclasses.replace(NOTHING, **step)(face.rgb)
        difference = np.abs(worse.astype(int) - face.rgb).mean()
        assert 1 < difference < 12, step


def test_h264_keeps_number_order_and_size_of_frames() -> None:
    frames = [np.full((48, 64, 3), 40 * i, np.uint8) for i in range(1, 5)]
    coded = as_h264(frames, crf=20)
    assert [round(rgb.mean() / 40) for rgb in coded] == [1, 2, 3, 4]
    assert all(rgb.shape == (48, 64, 3) for rgb in coded)


def test_a_higher_crf_loses_more(face: PortraitFace) -> None:
    losses = [np.abs(as_h264([face.rgb], crf=crf)[0].astype(int) - face.rgb).mean() for crf in (18, 28, 40)]
    assert losses == sorted(losses)


def _detail(rgb: RGB) -> float:
    return float(cv2.Laplacian(rgb.astype(np.float32), cv2.CV_32F).var())
