"""One scan with one detector, its stages timed.

python -m bench.product DETECTOR VIDEO WEIGHTS    prints {"score", "seconds": {stage: ...}}
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from fakefinder.detectors import boken, selimsef
from fakefinder.faces.mtcnn import MtcnnFinder
from fakefinder.media.sandbox import SandboxedVideo
from fakefinder.media.video import Frame
from fakefinder.scan import Scanner
from fakefinder.weights.store import WeightStore

seconds: dict[str, float] = defaultdict(float)


def timed(stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """The same call, its time added to a stage."""

    def run(*args: Any, **kwargs: Any) -> Any:
        start = perf_counter()
        try:
            return call(*args, **kwargs)
        finally:
            seconds[stage] += perf_counter() - start

    return run


def waiting(frames: Callable[..., Iterator[Frame]]) -> Callable[..., Iterator[Frame]]:
    """The same iterator, the time spent waiting for frames added to ``decode``."""

    def run(self: SandboxedVideo, indices: Iterable[int]) -> Iterator[Frame]:
        given = frames(self, indices)
        following = timed("decode", lambda: next(given, None))
        while (frame := following()) is not None:
            yield frame

    return run


def main() -> None:
    """Score one video with one detector."""
    name, video, weights = sys.argv[1:]
    for module, detector in ((boken, boken.Boken), (selimsef, selimsef.Selimsef)):
        vars(module)["run_nets"] = timed("nets", module.run_nets)
        detector.load = timed("load", detector.load)  # type: ignore[method-assign]
    MtcnnFinder.find = timed("faces", MtcnnFinder.find)  # type: ignore[method-assign]
    SandboxedVideo.frames = waiting(SandboxedVideo.frames)  # type: ignore[method-assign]
    [evidence] = Scanner([name], WeightStore(Path(weights)), device="cpu").scan(video).evidence
    if evidence.score is None:
        sys.exit(f"{evidence.reason}: {evidence.message}")
    print(json.dumps({"score": evidence.score, "seconds": seconds}))


if __name__ == "__main__":
    main()
