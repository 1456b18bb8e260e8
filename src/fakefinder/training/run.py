"""The two ways of training, from what the user names to exported weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fakefinder.detectors.blend.trainable import BlendTrainable
from fakefinder.detectors.trainable import Trainable
from fakefinder.training import blend, fine_tune
from fakefinder.training.course import Course, Progress
from fakefinder.training.export import TrainingRecord
from fakefinder.training.finish import Origin, finish
from fakefinder.training.folder import prepared
from fakefinder.training.history import EpochRecord
from fakefinder.training.picture_files import picture_files
from fakefinder.training.recipe import TrainingRecipe
from fakefinder.training.start import starting_net
from fakefinder.training.trainer import Trainer
from fakefinder.training.tune import TuneSet
from fakefinder.training.videos import LabelledVideo, VideoFaces, find_video_faces
from fakefinder.weights.active import ActiveWeights

TuneVideos = Mapping[str, Sequence[LabelledVideo]]
"""Sets of labelled videos to watch and calibrate with, by name."""


class Audience(Protocol):
    """Who is told how a run goes."""

    def said(self, sentence: str) -> None:
        """Something that a person should know."""
        ...

    def searched(self, done: int, total: int) -> None:
        """So many pictures or videos have been searched for faces."""
        ...

    def trained(self, seen: Progress | EpochRecord) -> None:
        """A step or an epoch has ended."""
        ...


@dataclass(frozen=True)
class Run:
    """Where and how: the run's folder, the recipe, the device (``cpu`` or ``cuda``) and who is told."""

    folder: Path
    recipe: TrainingRecipe
    device: str
    audience: Audience

    def train_blend(self, real: Path, init: Path | None, tune: TuneVideos) -> TrainingRecord | None:
        """Train ``blend`` on pictures of real faces; None where the user has stopped it.

        Args:
            real: folder of pictures.
            init: weights to start from, or None.
            tune: labelled videos.

        Raises:
            UsageError: no pictures, too few faces, weights that do not fit, or a folder with another run.
        """
        pictures = picture_files(real)
        net = starting_net(init, self.recipe)
        prepared(self.folder, self.recipe)
        found = blend.material(real, pictures, self.folder, self.recipe, self.audience.searched)
        self._tell_material(found, init)
        trainable = BlendTrainable(self.device)
        course = blend.blend_course(net, found, self.recipe, init)
        return self._train(course, blend.blend_origin(found, init), tune, trainable)

    def fine_tune(
        self, weights: ActiveWeights, videos: Sequence[tuple[LabelledVideo, str]], tune: TuneVideos
    ) -> TrainingRecord | None:
        """Train the detector that ``weights`` are of further; None where the user has stopped it.

        Args:
            weights: what it starts from.
            videos: each with its split, or ``""``; as ``fine_tune.parts`` has it.
            tune: labelled videos; where there are none, those that are held out calibrate.

        Raises:
            UsageError: the detector cannot be trained further, or the videos do not suffice.
        """
        trainable = fine_tune.trainable_of(weights.detector, self.device)
        parts = fine_tune.parts(videos, self.recipe.held_out_share)
        prepared(self.folder, self.recipe)
        train, held_out = (self._faces(part, trainable) for part in (parts.train, parts.held_out))
        course = fine_tune.fine_tune_course(trainable, weights, self.recipe, train, held_out)
        origin = fine_tune.fine_tune_origin(weights, train, held_out)
        if tune:
            return self._train(course, origin, tune, trainable)
        return self._train(course, origin, {fine_tune.VALIDATION: parts.held_out}, trainable)

    def _train(self, course: Course, origin: Origin, tune: TuneVideos, trainable: Trainable) -> TrainingRecord | None:
        sets = [TuneSet(name, self._faces(videos, trainable), trainable) for name, videos in tune.items()]
        trainer = Trainer(
            course, self.recipe, self.folder, device=self.device, watched=sets, watch=self.audience.trained
        )
        return finish(trainer, origin, sets, self.folder) if trainer.run() else None

    def _faces(self, videos: Sequence[LabelledVideo], trainable: Trainable) -> list[VideoFaces]:
        found = find_video_faces(videos, trainable, self.folder, self.audience.searched)
        if len(found) < len(videos):
            why = "the others show no face that can be judged, or are equal to one that counts"
            self.audience.said(f"{len(found)} of {len(videos)} videos count; {why}.")
        return found

    def _tell_material(self, found: blend.Material, init: Path | None) -> None:
        without, unreadable = (len(found.faces.without(why)) for why in ("no_face", "unreadable"))
        self.audience.said(
            f"{len(found.pictures)} pictures: {len(found.train)} faces to train on, {len(found.held)} held out; "
            f"{without} without a face, {unreadable} unreadable."
        )
        if init is None:
            self.audience.said("Hint: without --init the net starts from random weights and needs far more faces.")
