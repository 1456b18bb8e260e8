"""Seconds per stage and peak memory of a whole scan, paired with the plain baseline in the same run.

    python -m bench.scan [--detector boken] [--weights STORE] [--rounds 3] [VIDEO]

Product and baseline take turns (A B A B ...), each in a process of its own that loads, scans one video and ends.
Medians are printed, and the ratio of each pair: single figures vary with the machine. Peak memory is that of
the largest process. Without a store the weights are random, which takes the same time; without a video one of
ten seconds at 1080p is made.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.random_weights import random_store
from tools.make_demo_video import make_demo_video

STAGES = ("load", "decode", "faces", "nets", "whole")


def run_once(kind: str, detector: str, video: str, weights: str) -> dict[str, Any]:
    """One process: its score, its seconds per stage and the peak memory of its largest process in MB."""
    command = [sys.executable, "-m", f"bench.{kind}", detector, video, weights]
    start = perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answer = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}.")
    result = json.loads(answer)
    result["seconds"]["whole"] = perf_counter() - start
    return {**result, "peak_mb": usage.ru_maxrss / 1024}


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?")
    parser.add_argument("--weights", help="a weight store")
    parser.add_argument("--detector", choices=("boken", "selimsef"), default="boken")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fakefinder-bench-") as folder:
        video = given.video or made_video(Path(folder))
        compare(given.detector, str(video), given.weights or random_store(Path(folder), given.detector), given.rounds)


def made_video(folder: Path) -> Path:
    """Ten seconds of one face at 1080p."""
    make_demo_video(folder / "made_1080p.mp4", width=1920, height=1080, seconds=10)
    return folder / "made_1080p.mp4"


def compare(detector: str, video: str, weights: str, rounds: int) -> None:
    """Run the pairs and print a table."""
    runs: dict[str, list[dict[str, Any]]] = {"product": [], "baseline": []}
    for _ in range(rounds):
        for kind, results in runs.items():
            results.append(run_once(kind, detector, video, weights))
    print(f"{detector} on {Path(video).name}, medians of {rounds} pairs")
    for kind, results in runs.items():
        stages = [f"{stage} {median(run['seconds'].get(stage, 0) for run in results):.2f} s" for stage in STAGES]
        peak = median(run["peak_mb"] for run in results)
        print(f"{kind:9}", *stages, f"peak {peak:.0f} MB", f"score {results[0]['score']:.6f}", sep="  ")
    ratios = sorted(
        ours["seconds"]["whole"] / theirs["seconds"]["whole"]
        for ours, theirs in zip(runs["product"], runs["baseline"], strict=True)
    )
    print(f"whole, product / baseline: median {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f}")


if __name__ == "__main__":
    main()
