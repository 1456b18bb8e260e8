"""The command itself: from pictures to weights that a scan uses, and from labelled stills to finer ones."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from fakefinder.cli.app import run
from fakefinder.cli.exit_codes import ExitCode

SMALL = "input_px = 64\npairs_per_step = 8\nwarm_up_steps = 2\nworkers = 0\nheld_out_pairs = 2\n"
PICTURES = 24


@pytest.fixture(scope="module")
def home(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 portraits in ``real``, the recipe ``small.toml`` and the manifest ``labels.csv`` of six stills."""
    home = tmp_path_factory.mktemp("training")
    (home / "real").mkdir()
    for picture in sorted((shared / "faces" / "us_house").iterdir())[:PICTURES]:
        shutil.copy(picture, home / "real" / picture.name)
    (home / "empty").mkdir()
    (home / "grey").mkdir()
    for i in range(3):
        cv2.imwrite(str(home / "grey" / f"{i}.png"), np.full((60, 60, 3), 90 + i, np.uint8))
    (home / "small.toml").write_text(SMALL)
    stills = sorted((shared / "faces" / "us_senate").iterdir())[:6]
    labels = ["real", "fake"] * 3
    rows = [(str(still), label, "tune") for still, label in zip(stills, labels, strict=True)]
    write_manifest(home / "labels.csv", [*rows, ("absent.mp4", "real", "report"), (str(home), "fake", "report")])
    return home


def write_manifest(path: Path, rows: Sequence[tuple[str, str, str]]) -> None:
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([("path", "label", "split"), *rows])


@pytest.fixture(scope="module")
def trained(home: Path) -> Path:
    """The folder of a finished run."""
    tune = ("--tune", home / "labels.csv", "--tune-split", "tune")
    assert train(home, "run", "--epochs", 2, *tune) == ExitCode.DONE
    return home / "run"


def train(home: Path, out: str, *more: object) -> int:
    command = ("train", "--real", home / "real", "--recipe", home / "small.toml", "--out", home / out, *more)
    return run([str(argument) for argument in command])


def test_a_run_leaves_its_story_and_weights(trained: Path) -> None:
    record = json.loads((trained / "weights" / "training.json").read_text())
    assert record["trained_on"] + record["held_out"] == PICTURES
    assert record["data"][0]["count"] == PICTURES
    assert record["epochs"] == 2
    rows = list(csv.DictReader((trained / "log.csv").open()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert len(list(csv.DictReader((trained / "weights" / "pictures.csv").open()))) == PICTURES


def test_only_rows_of_the_split_are_looked_at(trained: Path, home: Path) -> None:
    """The manifest's other rows name a file that is not there, and a folder."""
    assert len(list((trained / "videos").glob("*.json"))) == 6
    record = json.loads((trained / "weights" / "training.json").read_text())
    assert (record["calibration"]["rows"], record["calibration"]["positives"]) == (6, 3)
    (name,) = record["watched"]
    assert name == f"{home.name}/labels"
    assert f"tune_auc:{name}" in (trained / "log.csv").read_text()


def test_the_same_command_again_is_done_at_once_and_another_recipe_is_refused(
    trained: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (trained / "last.pt").stat().st_mtime_ns
    assert train(home, "run", "--epochs", 2) == ExitCode.DONE
    assert "epoch 1" not in capsys.readouterr().err
    assert (trained / "last.pt").stat().st_mtime_ns == before
    assert train(home, "run", "--epochs", 3) == ExitCode.USAGE
    assert "epochs 3, not 2" in capsys.readouterr().err


def test_weights_come_into_the_store_and_into_reports_and_are_fine_tuned(
    trained: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = home / "store"
    assert run(["weights", "import", "blend", str(trained / "weights"), "--unlisted", "--weights", str(store)]) == 0
    capsys.readouterr()
    picture = next((home / "real").iterdir())
    assert run(["scan", str(picture), "-d", "blend", "--weights", str(store), "--format", "json"]) == 0
    (evidence,) = json.loads(capsys.readouterr().out)["evidence"]
    record = json.loads((trained / "weights" / "training.json").read_text())
    assert evidence["status"] == "scored"
    assert evidence["weights_sha256"] == {"blend.safetensors": record["weights"]["sha256"]}

    stills = [row[0] for row in csv.reader((home / "labels.csv").open())][1:7]
    splits = ["train"] * 4 + ["validation"] * 2
    labels = ["real", "fake"] * 3
    write_manifest(home / "mine.csv", list(zip(stills, labels, splits, strict=True)))
    (home / "one.toml").write_text("pairs_per_step = 1\nworkers = 0\n")
    command = ["train", "--fine-tune", "blend", "--data", str(home / "mine.csv"), "--out", str(home / "finer")]
    assert run([*command, "--recipe", str(home / "one.toml"), "--epochs", "1", "--weights", str(store)]) == 0
    finer = json.loads((home / "finer" / "weights" / "training.json").read_text())
    assert finer["started_from"]["sha256"] == record["weights"]["sha256"]
    assert (finer["trained_on"], finer["held_out"]) == (4, 2)
    finer_folder = str(home / "finer" / "weights")
    assert run(["weights", "import", "blend", finer_folder, "--unlisted", "--weights", str(store)]) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "not clear"),
        (["--real", "real", "--fine-tune", "blend"], "not clear"),
        (["--fine-tune", "blend"], "not clear"),
        (["--fine-tune", "boken", "--data", "mine.csv"], "cannot be fine-tuned"),
        (["--real", "absent"], "is no folder"),
        (["--real", "empty"], "holds no pictures"),
        (["--real", "grey"], "0 of the 3 pictures"),
        (["--real", "real", "--init", "small.toml"], "cannot start from"),
        (["--real", "real", "--recipe", "absent.toml"], "cannot be read"),
        (["--real", "real", "--epochs", "0"], "'epochs'"),
        (["--real", "real", "--device", "cuda"], "CUDA is not available"),
        (["--real", "real", "--tune", "absent.csv"], "cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_fit_is_a_sentence_and_a_hint(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    message: str,
) -> None:
    if "cuda" in options and torch.cuda.is_available():
        pytest.skip("CUDA is here")
    monkeypatch.chdir(home)
    assert run(["train", "--out", str(tmp_path / "refused"), *options]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert message in told
    assert "Hint: " in told
    # The faces that were looked for stay for the next try; nothing else is begun.
    assert (tmp_path / "refused").exists() == ("grey" in options)


def test_an_out_that_cannot_be_made_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train(home, "small.toml") == ExitCode.USAGE
    assert "cannot be made" in capsys.readouterr().err
