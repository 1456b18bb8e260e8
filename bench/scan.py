"""Seconds per stage and peak memory of a whole scan, paired with the plain baseline in the same run.

    python -m bench.scan STORE [--detectors boken,wm] [--rounds 3] [--together] [VIDEO]

Product and baseline take turns (A B A B ...), each in a process of its own that loads, scans one video and ends.
Medians are printed, and the ratio of each pair: single figures vary with the machine. Peak memory is that of
the largest process. ``--together`` scans once with all the detectors at once, beside each of them alone. STORE is a
weight store (``tools/make_synthetic_store.py`` makes one); without a video one of ten seconds at 1080p is made.
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

from tools.make_demo_video import make_demo_video

SIX = "boken,eighteen,medics,ntech,selimsef,wm"
STAGES = ("load", "decode", "faces", "nets", "whole")


def run_once(kind: str, detectors: str, video: str, weights: str) -> dict[str, Any]:
    """One process: its scores, its seconds per stage and the peak memory of its largest process in MB."""
    command = [sys.executable, "-m", f"bench.{kind}", detectors, video, weights]
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
    parser.add_argument("store")
    parser.add_argument("video", nargs="?")
    parser.add_argument("--detectors", default=SIX)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--together", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fakefinder-bench-") as folder:
        video = given.video or str(made_video(Path(folder)))
        if given.together:
            compare_together(given.detectors, video, given.store)
        else:
            for detector in given.detectors.split(","):
                compare(detector, video, given.store, given.rounds)


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
        print_run(kind, results)
    ratios = sorted(
        ours["seconds"]["whole"] / theirs["seconds"]["whole"]
        for ours, theirs in zip(runs["product"], runs["baseline"], strict=True)
    )
    print(
        f"whole, product / baseline: median {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f}", flush=True
    )


def compare_together(detectors: str, video: str, weights: str) -> None:
    """Scan with each detector alone and with all at once, and print a table."""
    alone = {name: run_once("product", name, video, weights) for name in detectors.split(",")}
    together = run_once("product", detectors, video, weights)
    for name, run in alone.items():
        print_run(name, [run])
    print_run("together", [together])
    for stage in STAGES:
        summed = sum(run["seconds"].get(stage, 0) for run in alone.values())
        print(f"{stage}: {together['seconds'].get(stage, 0):.1f} s together, {summed:.1f} s one after another")


def print_run(title: str, runs: list[dict[str, Any]]) -> None:
    """One line: medians of the stages and of the peak memory, and the first run's scores."""
    stages = [f"{stage} {median(run['seconds'].get(stage, 0) for run in runs):.2f} s" for stage in STAGES]
    peak = median(run["peak_mb"] for run in runs)
    scores = [f"{name} {score:.6f}" for name, score in runs[0]["scores"].items()]
    print(f"{title:9}", *stages, f"peak {peak:.0f} MB", *scores, sep="  ", flush=True)


if __name__ == "__main__":
    main()
