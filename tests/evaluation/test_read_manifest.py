"""A manifest is read as written, or refused in one sentence that names the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakefinder.errors import UsageError
from fakefinder.evaluation import read_manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    for name in ("a.mp4", "b.mp4", "c, d.png"):
        (tmp_path / "videos" / name).write_text(name)
    return tmp_path


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "labels.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_rows_are_read_in_their_order(folder: Path) -> None:
    text = "\ufeffLabel, path ,why,split\nFAKE,videos/b.mp4,seen,one\n\n real ,videos/a.mp4,,\n"
    text += 'fake,"videos/c, d.png",,two\n'
    manifest = read_manifest(written(folder, text))
    rows = [(row.line, row.path, row.label, row.group, row.split) for row in manifest.rows]
    assert rows == [
        (2, "videos/b.mp4", "fake", "", "one"),
        (4, "videos/a.mp4", "real", "", ""),
        (5, "videos/c, d.png", "fake", "", "two"),
    ]
    assert manifest.rows[0].file.read_text() == "b.mp4", "paths are relative to the manifest"
    assert len(manifest.sha256) == 64


def test_rows_are_chosen_by_split_and_group(folder: Path) -> None:
    text = "path,label,group,split\nvideos/a.mp4,real,x,one\nvideos/b.mp4,fake,y,one\nvideos/gone.mp4,fake,x,two\n"
    path = written(folder, text)
    assert [row.path for row in read_manifest(path, split="one").rows] == ["videos/a.mp4", "videos/b.mp4"]
    assert [row.path for row in read_manifest(path, split="one", group="y").rows] == ["videos/b.mp4"]
    with pytest.raises(UsageError, match=r"Line 4 names 'videos/gone.mp4', which is not there"):
        read_manifest(path)


REFUSED = {
    "": "Line 1 of labels.csv names no column 'path'",
    "path;label\nvideos/a.mp4;real\n": "Line 1 of labels.csv names no column 'path'",
    "path,group\nvideos/a.mp4,x\n": "names no column 'label'",
    "path,label\n": "names no videos",
    "path,label\nvideos/a.mp4,real\nvideos/b.mp4,forged\n": "Line 3 of labels.csv has the label 'forged'",
    "path,label\nvideos/a.mp4\n": "Line 2 of labels.csv has the label ''",
    "path,label\n,real\n": "Line 2 of labels.csv has no path",
    "path,label\nvideos/c, d.png,real\n": "Line 2 of labels.csv has more cells",
    "path,label\nvideos/x.mp4,real\nvideos/y.mp4,real\n": r"Line 2 names 'videos/x.mp4', which .* \(and 1 more",
    "path,label\nvideos/a.mp4,real\nvideos/../videos/a.mp4,real\n": "Line 3 names the same video as line 2",
    'path,label\n"videos/a.mp4,real\n': "is no csv",
    f"path,label\n{'x' * 5000},real\n": "is not there",
}


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_refused_with_the_line_and_a_hint(text: str, folder: Path) -> None:
    with pytest.raises(UsageError, match=REFUSED[text]) as raised:
        read_manifest(written(folder, text))
    assert raised.value.hint


def test_no_text_no_file_and_no_such_split(folder: Path) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read_manifest(written(folder, b"path,label\n\xff\xfe,real\n"))
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_manifest(folder / "none.csv")
    path = written(folder, "path,label,split\nvideos/a.mp4,real,tune\n")
    with pytest.raises(UsageError, match="No video has the split 'tnue'") as raised:
        read_manifest(path, split="tnue")
    assert raised.value.hint == "There are: tune."
    with pytest.raises(UsageError) as raised:
        read_manifest(path, group="x")
    assert raised.value.hint == "The manifest's column group is missing or empty."
