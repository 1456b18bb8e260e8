"""The worst errors of each detector are shown with the face it scored highest, and only they are held."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from fakefinder.detectors.base import Evidence, Video
from fakefinder.detectors.stub import StubDetector
from fakefinder.evaluation import Evaluation, evaluate, outputs, read_manifest, render
from fakefinder.evaluation.collect import asked_detector
from fakefinder.evaluation.ledger import NAME, Ledger, opened
from fakefinder.evaluation.picture import pictures
from fakefinder.evaluation.worst import Errors, errors
from fakefinder.records.report import Provenance, Report, TrackScore, VideoRecord
from fakefinder.records.verdict import reach_verdict
from fakefinder.weights.store import WeightStore
from tests.evaluation.conftest import Known, write_manifest
from tests.records.test_html import Page

Evaluated = Callable[..., Evaluation]


def jpeg(name: str) -> bytes:
    """What starts like a JPEG and can be told from others."""
    return b"\xff\xd8\xff" + name.encode()


def track(number: int, score: float | None, name: str | None) -> TrackScore:
    return TrackScore(track=number, score=score, frames=(), thumbnail=None if name is None else jpeg(name))


def evidence(*tracks: TrackScore, score: float | None = 0.5, detector: str = "alpha") -> Evidence:
    status = "abstained" if score is None else "scored"
    reason = "no_face" if score is None else None
    fields = {"detector": detector, "version": "1", "recipe": "faithful"}
    return Evidence.model_validate({**fields, "status": status, "reason": reason, "score": score, "tracks": tracks})


class Pictured(StubDetector):
    """Brightness, and three faces that are there in any video."""

    card = StubDetector.card.model_copy(update={"name": "pictured"})

    def score(self, video: Video) -> Evidence:
        name = video.info.name
        tracks = track(0, 0.2, f"low {name}"), track(1, 0.9, f"high {name}"), track(2, 1.0, None)
        return super().score(video).model_copy(update={"tracks": tracks})


def paths(found: Errors) -> tuple[list[str], list[str]]:
    return [one.video.path for one in found.misses], [one.video.path for one in found.false_alarms]


def test_errors_lie_beyond_the_threshold_and_the_worst_come_first(evaluated: Evaluated) -> None:
    alpha, beta = errors(evaluated(missing="neutral", neutral=0.9))
    assert paths(alpha) == (["b.mp4"], ["d.mp4"]), "e.mp4 has no score of its own"
    assert paths(beta) == ([], [])
    alpha, beta = errors(evaluated(threshold=0.9))
    assert paths(alpha) == (["b.mp4"], []), "0.9 is a call of fake"
    assert paths(beta) == (["b.mp4", "a.mp4"], [])
    alpha, beta = errors(evaluated(threshold=0.1))
    assert paths(alpha) == ([], ["d.mp4", "c.mp4"])


def test_the_picture_is_of_the_face_that_scored_highest() -> None:
    scored = evidence(track(0, 0.4, "low"), track(1, 0.8, "high"), track(2, 0.9, None), track(3, None, "unscored"))
    unscored = evidence(track(0, None, "first"), track(1, None, "second"), detector="beta")
    without = evidence(track(0, 0.4, None), detector="gamma")
    abstained = evidence(track(0, None, "seen"), score=None, detector="delta")
    assert pictures([scored, unscored, without, abstained]) == {"alpha": jpeg("high"), "beta": jpeg("first")}


@pytest.mark.usefixtures("known")
def test_pictures_are_read_back_for_the_wanted_videos_alone(tmp_path: Path, store: WeightStore) -> None:
    now = asked_detector("alpha", store)
    before = now.model_copy(update={"version": "0"})
    first, second, third = ("a" * 64, "b" * 64, "c" * 64)
    with opened(tmp_path) as ledger:
        for sha256, asked, name in (
            (first, now, "old"),
            (first, now, "new"),
            (first, before, "of another version"),
            (second, now, "not wanted"),
            (third, now, None),
        ):
            one = evidence(track(0, 0.4, name))
            hostile = VideoRecord(name=f'"sha256":"{first}"', sha256=sha256)
            origin = Provenance(fakefinder="1", created_at=datetime(2026, 5, 4, tzinfo=UTC), host_device="none")
            report = Report(video=hostile, evidence=(one,), verdict=reach_verdict([one]), provenance=origin)
            ledger.append(report, [asked])
    assert Ledger(tmp_path / NAME).pictures([now], {first, third}) == {("alpha", first): jpeg("new")}
    assert Ledger(tmp_path / NAME).pictures([now], set()) == {}
    assert len(Ledger(tmp_path / NAME).evidence()) == 4


def test_the_page_shows_them_and_what_is_passed_on_holds_none(known: Known, tmp_path: Path, store: WeightStore) -> None:
    known["pictured"] = Pictured
    for level, name in ((0, "missed.png"), (255, "alarm.png"), (20, "right.png")):
        cv2.imwrite(str(tmp_path / name), np.full((48, 64, 3), level, np.uint8))
    rows = {"missed.png": ("fake", "swap"), "alarm.png": ("real", "phone"), "right.png": ("real", "phone")}
    manifest, out = read_manifest(write_manifest(tmp_path, rows)), tmp_path / "out"
    shown = [f"data:image/jpeg;base64,{b64encode(jpeg(f'high {name}')).decode()}" for name in rows][:2]
    for _ in ("scanned", "read back"):
        evaluate(manifest, ["pictured"], out, store=store)
        html = (out / outputs.HTML).read_text()
        page = Page(html)
        assert [attributes["src"] for tag, attributes in page.tags if tag == "img"] == shown
        assert "img-src data:;" in html
        assert "Misses: 1" in page.text
        assert "False alarms: 1" in page.text
        assert "this page holds pictures from the videos, and so does reports.jsonl" in page.text
    for name in (outputs.JSON, outputs.CSV):
        assert "/9j/" not in (out / name).read_text(), "a JPEG in base64 begins so"


def test_six_of_each_are_shown_and_all_are_counted(evaluated: Evaluated) -> None:
    found = evaluated()
    missed = found.videos[1]
    many = tuple(missed.model_copy(update={"path": f"{number}.mp4"}) for number in range(9))
    html = render.to_html(found.model_copy(update={"videos": (*found.videos, *many)}))
    section = html[html.index('<h2 id="errors">') : html.index('<h2 id="videos">')]
    assert "Misses: 10, the worst 6 of them" in section
    assert section.count("no picture") == 7, "six misses and a false alarm of alpha; beta has neither"
    assert "No fake with a score lies below the threshold." in section
    assert "holds pictures" not in section


def test_what_is_no_jpeg_is_not_shown(evaluated: Evaluated) -> None:
    found = evaluated()
    missed = found.videos[1].sha256
    assert missed
    assert "<img" not in render.to_html(found, {}, {("alpha", missed): b"<svg onload=alert(1)>"})
    assert "<img" in render.to_html(found, {}, {("alpha", missed): jpeg("face")})
