"""One scan with some detectors, its stages timed.

python -m bench.product DETECTOR,... VIDEO WEIGHTS    prints {"scores": {detector: ...}, "seconds": {stage: ...}}
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.stages import seconds, time_detector, time_finders, timed, waiting
from fakefinder.media.sandbox import SandboxedVideo
from fakefinder.nets import compile as compiling
from fakefinder.scan import Scanner, Step
from fakefinder.weights.store import WeightStore


def main() -> None:
    """Score one video."""
    names, video, weights = sys.argv[1:]
    for name in names.split(","):
        time_detector(name)
    for kind in (compiling._OpenVinoNet, compiling._TorchNet):
        kind.__call__ = timed("nets", kind.__call__)  # type: ignore[method-assign]
    SandboxedVideo.frames = waiting(SandboxedVideo.frames)  # type: ignore[method-assign]
    scoring: list[Step] = []

    def watch(step: Step) -> None:
        if step.state == "scoring" and not scoring:
            scoring.append(step)
            time_finders()

    scanner = Scanner(names.split(","), WeightStore(Path(weights)), device="cpu", watch=watch)
    scores = {}
    for evidence in scanner.scan(video).evidence:
        if evidence.score is None:
            sys.exit(f"{evidence.detector}: {evidence.reason}: {evidence.message}")
        scores[evidence.detector] = evidence.score
    print(json.dumps({"scores": scores, "seconds": seconds}))


if __name__ == "__main__":
    main()
