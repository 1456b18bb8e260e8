"""StubDetector: a real detector without nets or weights, for tests of everything around detectors."""

from __future__ import annotations

from fakefinder.detectors.base import Detector, DetectorCard, Evidence, Video
from fakefinder.media.sample import distinct, spread

FRAMES = 8


class StubDetector(Detector):
    """Scores mean brightness. It is not registered: users cannot choose it."""

    card = DetectorCard(
        name="stub",
        version="1",
        title="Mean brightness, for tests",
        summary="The mean of all pixels of eight frames, from 0 (black) to 1 (white).",
        coverage="8 instants spread evenly from the first to the last frame; whole pictures, no faces.",
        caveats=("Brightness says nothing about manipulation.",),
        needs_weights=False,
    )

    def score(self, video: Video) -> Evidence:
        seen = [
            (frame.time_seconds, float(frame.rgb.mean()) / 255)
            for frame in video.frames(distinct(spread(video.info.frame_count, FRAMES)))
        ]
        if not seen:
            return self.abstained("unreadable")
        return self.scored(sum(mean for _, mean in seen) / len(seen), times=[time for time, _ in seen])
