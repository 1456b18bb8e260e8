"""Fine-tuning: a detector's net trained further on labelled videos or stills of the user's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fakefinder.detectors import registry
from fakefinder.detectors.trainable import OffersTraining, Trainable
from fakefinder.errors import DetectorError, UsageError
from fakefinder.training.course import Course
from fakefinder.training.crop_pairs import CropPairs
from fakefinder.training.examples import HELD_OUT_SEED
from fakefinder.training.export import Source
from fakefinder.training.finish import Origin
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.training.start import random_net
from fakefinder.training.videos import LabelledVideo, VideoFaces
from fakefinder.weights.active import ActiveWeights
from fakefinder.weights.load import load_strict

TRAIN, VALIDATION = "train", "validation"


def trainable_of(detector: str, device: str) -> Trainable:
    """What training needs of a detector.

    Raises:
        DetectorUnknown: there is no such detector.
        UsageError: it cannot be trained further; the hint names those that can.
    """
    found = registry.detector_class(detector)
    if not isinstance(found, OffersTraining):
        others = [name for name in registry.names() if _offers(name)]
        raise UsageError(
            f"{detector} cannot be fine-tuned here: that takes one net that judges single crops of faces.",
            hint=f"These can be: {', '.join(others)}.",
        )
    return found.trainable(device)


def _offers(name: str) -> bool:
    try:
        return isinstance(registry.detector_class(name), OffersTraining)
    except DetectorError:
        return False


@dataclass(frozen=True)
class Parts:
    """Videos to train on and videos to measure with; both hold real and fake ones."""

    train: Sequence[LabelledVideo]
    held_out: Sequence[LabelledVideo]


def parts(videos: Sequence[tuple[LabelledVideo, str]], share: float) -> Parts:
    """The videos by the split that each of them names: ``train`` or ``validation``; others are left alone.

    Where none names either, about ``share`` of the groups are held out; a hash of the group's name decides, so that a
    group is never on both sides. A video without a group is a group of its own.

    Raises:
        UsageError: a part lacks real or fake videos.
    """
    named = {split for _, split in videos}
    if named & {TRAIN, VALIDATION}:
        chosen = Parts(*([video for video, split in videos if split == part] for part in (TRAIN, VALIDATION)))
    else:
        outside = {video.name for video, _ in videos if _as_share(video.group or video.name) < share}
        chosen = Parts(
            [video for video, _ in videos if video.name not in outside],
            [video for video, _ in videos if video.name in outside],
        )
    _refuse_one_sided(chosen.train, TRAIN)
    _refuse_one_sided(chosen.held_out, VALIDATION)
    return chosen


def _as_share(group: str) -> float:
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 2**32


def _refuse_one_sided(videos: Sequence[LabelledVideo] | Sequence[VideoFaces], part: str) -> None:
    labels = {one.fake if isinstance(one, LabelledVideo) else one.video.fake for one in videos}
    for fake, word in ((False, "real"), (True, "fake")):
        if fake not in labels:
            raise UsageError(
                f"There is no {word} video with a face to use as {part}.",
                hint=f"Give some rows of the manifest the split {TRAIN}, others {VALIDATION}: real and fake in both.",
            )


def fine_tune_course(
    trainable: Trainable,
    weights: ActiveWeights,
    recipe: TrainingRecipe,
    train: Sequence[VideoFaces],
    held_out: Sequence[VideoFaces],
) -> Course:
    """The course that goes on from a detector's active weights; of several nets it takes the first.

    Raises:
        UsageError: too few videos show a face.
        WeightsError: the weights are not those of the detector's net.
    """
    _refuse_one_sided(train, TRAIN)
    _refuse_one_sided(held_out, VALIDATION)
    file = min(weights.files)
    net = random_net(trainable, recipe)
    load_strict(net, weights.tensors(file), ignore=(trainable.calibration_keys,))
    return Course(
        net=net,
        to_input=trainable.to_input,
        train=CropPairs(train, recipe.input_px, recipe.seed, corrupt=True),
        held_out=CropPairs(held_out, recipe.input_px, HELD_OUT_SEED, corrupt=False),
        identity={
            "recipe": recipe.sha256,
            "set of videos": _set_sha256({TRAIN: train, VALIDATION: held_out}),
            "file to start from": weights.sha256[file],
        },
    )


def fine_tune_origin(weights: ActiveWeights, train: Sequence[VideoFaces], held_out: Sequence[VideoFaces]) -> Origin:
    """What the record of the run tells of its beginning."""
    file = min(weights.files)
    return Origin(
        detector=weights.detector,
        data=tuple(
            Source(name=name, sha256=_set_sha256({name: videos}), count=len(videos))
            for name, videos in ((TRAIN, train), (VALIDATION, held_out))
        ),
        started_from=Source(name=file, sha256=weights.sha256[file]),
        trained_on=sum(one.count for one in train),
        held_out=sum(one.count for one in held_out),
    )


def _set_sha256(parts: Mapping[str, Sequence[VideoFaces]]) -> str:
    """Of the contents of videos, their labels and the part each of them is in."""
    lines = sorted(f"{one.sha256} {one.video.fake} {part}" for part, videos in parts.items() for one in videos)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
