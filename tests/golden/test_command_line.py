"""Reference scores through the command line: weights imported as published files, videos scanned."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fakefinder.cli.app import run
from fakefinder.weights.store import WeightStore

Reference = Callable[[str, str], Any]


def scanned(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    """Exit code and JSON of ``fakefinder scan``."""
    code = run(["scan", *map(str, arguments), "--format", "json", "--device", "cpu"])
    return code, json.loads(capsys.readouterr().out)


def test_boken(
    golden: Path,
    tmp_path: Path,
    reference: Reference,
    write_published: Callable[[str, Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_published("boken", tmp_path / "published")
    store = ["--weights", str(tmp_path / "store")]
    assert run(["weights", "import", "boken", str(tmp_path / "published"), *store]) == 4, "a sha256 is not listed"
    assert run(["weights", "import", "boken", str(tmp_path / "published"), *store, "--unlisted"]) == 0
    capsys.readouterr()
    scores = reference("boken", "e2e")["scores"]
    code, reports = scanned(capsys, *(golden / "videos" / f"{name}.mp4" for name in scores), "-d", "boken", *store)
    assert code == 0
    for name, report in zip(scores, reports, strict=True):
        [evidence] = report["evidence"]
        if name == "noface40":  # the published system answers 0.5
            assert (evidence["status"], evidence["score"], evidence["reason"]) == ("abstained", None, "no_face")
        else:
            assert evidence["score"] == pytest.approx(scores[name], abs=1e-3)
        assert len(evidence["weights_unlisted"]) == 3


@pytest.mark.slow
def test_selimsef(
    golden: Path,
    reference: Reference,
    synthetic_store: Callable[[str], WeightStore],
    capsys: pytest.CaptureFixture[str],
) -> None:
    names, store = ("noface40", "short20", "partialb60"), synthetic_store("selimsef").root
    videos = [golden / "videos" / f"{name}.mp4" for name in names]
    code, reports = scanned(capsys, *videos, "-d", "selimsef", "--weights", store)
    assert code == 0
    no_face, too_short, scored = (report["evidence"][0] for report in reports)
    assert (no_face["status"], no_face["reason"]) == ("abstained", "no_face")
    assert (too_short["status"], too_short["reason"]) == ("abstained", "too_short")
    assert scored["score"] == pytest.approx(reference("selimsef", "e2e")["scores"]["partialb60"], abs=1e-3)
