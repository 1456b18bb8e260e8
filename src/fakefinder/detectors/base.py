"""Detector: the one file that the author of a detector reads.

A detector is a class with a ``card`` and one method, ``score``, which receives a video and returns
Evidence. Everything it needs is offered from here:

    class Brightness(Detector):
        card = DetectorCard(name="brightness", version="1", title="...", summary="...", coverage="...",
                            needs_weights=False)

        def score(self, video: Video) -> Evidence:
            seen = [(frame.time_seconds, frame.rgb.mean() / 255) for frame in video.frames(range(8))]
            if not seen:
                return self.abstained("too_short")
            times, means = zip(*seen)
            return self.scored(sum(means) / len(means), times=times)

``score`` may raise: the scan then reports ``failed`` with the reason, and other detectors go on.
It must never invent a score: where there is none, it abstains. Importing the file must not import
torch; nets are imported inside ``load``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from fakefinder.detectors.code import code_key
from fakefinder.media.video import Frame, Video
from fakefinder.records.card import DetectorCard, PublishedFigure
from fakefinder.records.report import REASONS, Coverage, Evidence, TrackScore

if TYPE_CHECKING:
    from torch import nn

    from fakefinder.nets.compile import CompiledNet
    from fakefinder.weights.store import ActiveWeights

__all__ = ["Detector", "DetectorCard", "Evidence", "Frame", "PublishedFigure", "Video"]


class Detector(ABC):
    """Maps a video to Evidence. One instance serves many videos, one after another."""

    card: ClassVar[DetectorCard]

    def __init__(self, weights: ActiveWeights | None = None, device: str = "cpu") -> None:
        """Load once; ``weights`` is None only where the card says that none are needed, ``device`` is cpu or cuda."""
        self._weights = weights
        self.device = device
        self.load()

    @property
    def weights(self) -> ActiveWeights:
        """The verified files of the active version in the weight store."""
        assert self._weights is not None, f"{self.card.name} was made without weights"
        return self._weights

    def load(self) -> None:  # noqa: B027 - nothing to load is a fair answer
        """Build the nets and load their weights, strictly. Called once."""

    def compiled(
        self, files: Sequence[str], build: Callable[[str], nn.Module], shape: Sequence[int], *, any_size: bool = False
    ) -> list[CompiledNet]:
        """The nets of published files, compiled for the device; each takes float32 (N, *shape).

        With ``any_size``, ``shape`` is an example: inputs may differ from it in all axes.

        ``build`` makes the net of a file, strictly loaded; not called where an earlier process kept its graph.
        """
        from fakefinder.nets.compile import compile_nets

        graphs = self.weights.graphs(code_key(type(self)))
        for file in files:
            self.weights.check(file)
        builds = {graphs / file: partial(build, file) for file in files}
        return compile_nets(builds, self.device, tuple(shape), any_size=any_size)

    def net_from(
        self,
        file: str,
        build: Callable[[], nn.Module],
        *,
        rename: Callable[[str], str | None] | None = None,
        ignore: Sequence[str] = (),
    ) -> nn.Module:
        """The net that ``build`` makes, with the weights of a published file; strict, as ``load_strict``."""
        import torch

        from fakefinder.weights.load import load_strict

        with torch.device("meta"):  # spends no time on weights that are replaced at once
            net = build()
        load_strict(net, self.weights.tensors(file), rename=rename, ignore=ignore)
        return net

    @abstractmethod
    def score(self, video: Video) -> Evidence:
        """The evidence of this detector on one video; P(fake), higher is more fake."""

    def scored(
        self, score: float, *, times: Sequence[float], tracks: Iterable[TrackScore] = (), recipe: str | None = None
    ) -> Evidence:
        """Evidence with a score; ``times`` are the seconds of the frames looked at, ``tracks`` the faces in them."""
        return self._evidence("scored", times, tracks, recipe, score=float(score))

    def abstained(
        self,
        reason: str,
        message: str | None = None,
        *,
        times: Sequence[float] = (),
        tracks: Iterable[TrackScore] = (),
    ) -> Evidence:
        """Evidence without a score: ``reason`` is a code of ``REASONS`` or the detector's own."""
        sentence = message or REASONS.get(reason, reason)
        return self._evidence("abstained", times, tracks, None, reason=reason, message=sentence)

    def _evidence(
        self, status: str, times: Sequence[float], tracks: Iterable[TrackScore], recipe: str | None, **fields: object
    ) -> Evidence:
        tracks = tuple(tracks)
        coverage = None
        if times:
            coverage = Coverage(
                from_seconds=times[0],
                to_seconds=times[-1],
                frames=len(times),
                faces=sum(len(track.frames) for track in tracks),
            )
        return Evidence.model_validate(
            {
                "detector": self.card.name,
                "version": self.card.version,
                "recipe": recipe or self.card.recipe,
                "status": status,
                "coverage": coverage,
                "tracks": tracks,
                "device": self.device,
                "weights_sha256": self._weights.sha256 if self._weights else {},
                "weights_unlisted": self._weights.unlisted if self._weights else (),
                **fields,
            }
        )
