"""Eighteen: from a video to its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fakefinder.detectors.base import Detector, Evidence, Video
from fakefinder.detectors.crops import up_to_gap
from fakefinder.detectors.eighteen.card import CARD
from fakefinder.detectors.eighteen.crops import Looked, clearest, cut, look, sampled_indices
from fakefinder.detectors.eighteen.published import CLIP_NETS, FACE_FINDER, FRAME_NETS
from fakefinder.detectors.eighteen.scores import judged_positions, video_score
from fakefinder.detectors.eighteen.tracks import judged_tracks, overlapping_tracks, usual_face_count
from fakefinder.faces.finder import FaceFinder
from fakefinder.faces.track import FaceTrack
from fakefinder.records.report import FrameScore, TrackScore

if TYPE_CHECKING:
    from torch import nn

    from fakefinder.detectors.eighteen.judge import Judge, Judgement

LEAST_SCORE, MAX_IOU = 0.8, 0.4
"""Of faces: least P(face); overlap above which the better one stays."""
SHORTER_SIDE, LONGEST_SIDE = 400, 2150
"""Of the picture that is searched for faces, in pixels."""
EXAMPLE_CLIP = (3, 8, 64, 64)
"""An input of the clip nets, to compile them with."""


class Eighteen(Detector):
    """What eleven nets are sure of, on the one or two longest-lived faces."""

    card = CARD

    def load(self) -> None:
        self._finder = self._face_finder()
        self._judge = self._all_nets()

    def _face_finder(self) -> FaceFinder:
        from fakefinder.faces.resize import ShorterSide
        from fakefinder.faces.retinaface import RetinaFaceFinder
        from fakefinder.faces.single_shot import EXAMPLE_SHAPE

        (net,) = self.compiled((FACE_FINDER,), self._net, EXAMPLE_SHAPE, any_size=True)
        return RetinaFaceFinder(
            net,
            self.weights.sha256[FACE_FINDER],
            least_score=LEAST_SCORE,
            max_iou=MAX_IOU,
            resize=ShorterSide(SHORTER_SIDE, LONGEST_SIDE),
        )

    def _all_nets(self) -> Judge:
        from fakefinder.detectors.eighteen.judge import Judge

        clip_nets = self.compiled(tuple(CLIP_NETS), self._net, EXAMPLE_CLIP, any_size=True)
        nets = dict(zip(CLIP_NETS, clip_nets, strict=True))
        for side in sorted({net.side for net in FRAME_NETS}):
            files = [net.file for net in FRAME_NETS if net.side == side]
            nets |= zip(files, self.compiled(files, self._net, (3, side, side)), strict=True)
        return Judge(nets, device=self.device)

    def _net(self, file: str) -> nn.Module:
        from fakefinder.detectors.eighteen.build import published_net

        build, key_map = published_net(file)
        return self.net_from(file, build, rename=key_map)

    def score(self, video: Video) -> Evidence:
        indices, recipe = sampled_indices(video.info)
        looked = look(video, up_to_gap(video.frames(indices), indices), self._finder)
        if not looked.times:
            return self.abstained("unreadable")
        tracks = overlapping_tracks(looked.rectangles)
        face_count = usual_face_count([len(boxes) for boxes in looked.faces])
        if face_count == 0:
            return self._without(looked, tracks, "no_face", FEW_FACES if tracks else NO_FACE)
        judged = judged_tracks(tracks, face_count)
        if len(looked.times) == 1:
            return self._without(looked, judged, "needs_video", ONE_FRAME)
        judgements = []
        for track in judged:
            face = cut(looked, track)
            if face is None:
                return self._without(looked, judged, "face_outside", FACE_OUTSIDE)
            judgements.append(self._judge.judge(face))
        return self.scored(
            video_score([judgement.scores for judgement in judgements]),
            times=looked.times,
            tracks=[_shown(looked, *both) for both in zip(judged, judgements, strict=True)],
            recipe=recipe if judged_positions(len(looked.times)) else "clip_nets_only",
        )

    def _without(self, looked: Looked, tracks: Sequence[FaceTrack], reason: str, message: str) -> Evidence:
        """An abstention that shows the faces that were seen."""
        shown = [_shown(looked, track, None) for track in tracks]
        return self.abstained(reason, message, times=looked.times, tracks=shown)


NO_FACE = "No face was found in any of the sampled frames; the published system answers 0.5 then."
FEW_FACES = "Most of the sampled frames show no face; the published system answers 0.5 then."
ONE_FRAME = (
    "This detector needs moving pictures; one frame is not enough. Of a video of one frame the published system lets "
    "its moving-picture nets alone judge."
)
FACE_OUTSIDE = "A face lies wholly outside the picture; the published system answers 0.5 then."


def _shown(looked: Looked, track: FaceTrack, judgement: Judgement | None) -> TrackScore:
    """A track for the evidence, without scores where there is no judgement."""
    scores = judgement.crops if judgement else [None] * len(track.seen)
    return TrackScore(
        track=track.track,
        score=video_score([judgement.scores]) if judgement else None,
        frames=tuple(
            FrameScore(
                index=looked.indices[seen.position],
                time_seconds=looked.times[seen.position],
                score=score,
                box=box.xyxy,
            )
            for seen, box, score in zip(track.seen, looked.boxes(track), scores, strict=True)
        ),
        thumbnail=clearest(looked, track),
    )
