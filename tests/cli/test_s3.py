"""Videos below an ``s3://`` prefix, from a server that speaks S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.cli.conftest import Answer
from tests.media.videos import Kind, write_video


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="evidence")
    video = write_video(tmp_path / "video.mp4", Kind(".mp4", count=5))
    for key in ("case/a.mp4", "case/deeper/b.mp4", "case/notes.txt", "other/c.mp4"):
        client.upload_file(str(video), "evidence", key)
    yield "s3://evidence"
    server.stop()


def test_all_videos_below_a_prefix(
    fakefinder: Callable[..., Answer], bucket: str, mesonet_store: Path, tmp_path: Path
) -> None:
    options = ["-d", "mesonet", "--weights", mesonet_store, "--format", "json"]
    answer = fakefinder("scan", f"{bucket}/case", *options)
    assert answer.code == 0, answer.err
    assert [report["video"]["name"] for report in answer.json] == ["a.mp4", "b.mp4"]
    one = fakefinder("scan", f"{bucket}/other/c.mp4", *options)
    assert one.json["video"]["name"] == "c.mp4"


@pytest.mark.parametrize("address", ["s3://evidence/nothing", "s3://evidence/case/gone.mp4"])
def test_what_is_not_there(fakefinder: Callable[..., Answer], bucket: str, mesonet_store: Path, address: str) -> None:
    answer = fakefinder("scan", address, "-d", "mesonet", "--weights", mesonet_store)
    assert answer.code == 3
    assert address.removeprefix("s3://evidence/") in answer.err


def test_a_bucket_that_is_not_there(fakefinder: Callable[..., Answer], bucket: str, mesonet_store: Path) -> None:
    answer = fakefinder("scan", "s3://nowhere/case", "-d", "mesonet", "--weights", mesonet_store)
    assert answer.code == 3
    assert "cannot be listed" in answer.err
