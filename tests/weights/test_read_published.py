"""Every published layout is read; every damaged or dangerous file has its own error, and no code runs."""

from __future__ import annotations

import argparse
import io
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save as save_safetensors

from fakefinder.errors import WeightsError, WeightsKeysDiffer, WeightsTruncated, WeightsUnsafe
from fakefinder.weights.load import read_published

STATE = {"a.weight": torch.arange(64.0).reshape(8, 8), "a.bias": torch.zeros(8, dtype=torch.float16)}


def saved(content: object, *, old: bool = False) -> bytes:
    opened = io.BytesIO()
    torch.save(content, opened, _use_new_zipfile_serialization=not old)
    return opened.getvalue()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / "file"
        path.write_bytes(content)
        return path

    return write


Write = Callable[[bytes], Path]


@pytest.mark.parametrize("old", [False, True], ids=["zip", "older"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: state,
        lambda state: {"state_dict": state, "epoch": 3},
        lambda state: {f"module.{key}": value for key, value in state.items()},
        lambda state: {"state_dict": {f"module.{key}": value for key, value in state.items()}, "arch": "x"},
    ],
    ids=["bare", "container", "prefix", "both"],
)
def test_published_torch_layouts(write: Write, wrap: Callable[[Any], Any], old: bool) -> None:
    found = read_published(write(saved(wrap(STATE), old=old)))
    assert found.keys() == STATE.keys()
    for key, value in STATE.items():
        assert found[key].dtype == value.dtype
        assert torch.equal(found[key], value)


@pytest.mark.parametrize("old", [False, True], ids=["zip", "older"])
def test_numpy_numbers_beside_the_tensors_do_no_harm(write: Write, old: bool) -> None:
    content = {"state_dict": STATE, "best": np.float64(0.3), "history": np.zeros(3), "step": np.int64(7)}
    assert read_published(write(saved(content, old=old))).keys() == STATE.keys()


def test_only_one_prefix_is_stripped(write: Write) -> None:
    assert list(read_published(write(saved({"module.model.fc": torch.zeros(1)})))) == ["model.fc"]


def test_safetensors(write: Write) -> None:
    found = read_published(write(save_safetensors(STATE)))
    assert torch.equal(found["a.weight"], STATE["a.weight"])


def test_views_become_tensors_of_their_own(write: Write) -> None:
    base = torch.arange(12.0).reshape(3, 4)
    found = read_published(write(saved({"rows": base[1:], "turned": base.T})))
    assert torch.equal(found["turned"], base.T)
    assert found["turned"].is_contiguous()
    assert found["rows"].untyped_storage().nbytes() == 8 * 4


def test_published_keras_file(shared: Path) -> None:
    found = read_published(shared / "weights" / "mesonet_Meso4_DF.h5")
    assert len(found) == 28
    assert found["conv2d_5/conv2d_5/kernel:0"].shape == (3, 3, 3, 8)
    assert found["dense_3/dense_3/kernel:0"].shape == (1024, 16)
    assert all(value.dtype == torch.float32 for value in found.values())
    with h5py.File(shared / "weights" / "mesonet_Meso4_DF.h5") as opened:
        expected = opened["dense_4"]["dense_4/bias:0"][()]
    assert np.array_equal(found["dense_4/dense_4/bias:0"].numpy(), expected)


def test_published_retinaface_file(shared: Path) -> None:
    found = read_published(shared / "weights" / "mobilenet0.25_Final.pth")
    assert len(found) == 300
    assert found["body.stage1.0.0.weight"].shape == (8, 3, 3, 3)
    assert found["ssh1.conv7x7_3.0.weight"].shape == (16, 16, 3, 3)


@pytest.mark.parametrize("layout", ["zip", "older", "safetensors"])
def test_a_file_cut_anywhere_is_truncated(write: Write, layout: str) -> None:
    content = save_safetensors(STATE) if layout == "safetensors" else saved(STATE, old=layout == "older")
    # Below 9 bytes nothing tells what a file was.
    for length in (0, *range(9, len(content), 7), len(content) - 1):
        with pytest.raises(WeightsTruncated):
            read_published(write(content[:length]))


def test_a_cut_keras_file_is_truncated(write: Write, shared: Path) -> None:
    content = (shared / "weights" / "mesonet_Meso4_DF.h5").read_bytes()
    for length in (100, 2000, len(content) // 2, len(content) - 1):
        with pytest.raises(WeightsTruncated):
            read_published(write(content[:length]))


class Evil:
    """Runs a command when an ordinary unpickler reads it."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


@pytest.mark.parametrize("layout", ["zip", "older", "pickle 2", "pickle 4", "pickle 0"])
def test_code_in_a_pickle_does_not_run(write: Write, tmp_path: Path, layout: str) -> None:
    trace = tmp_path / "trace"
    evil = {"state_dict": STATE, "epoch": Evil(trace)}
    if layout.startswith("pickle"):
        content = pickle.dumps(Evil(trace), protocol=int(layout[-1]))
    else:
        content = saved(evil, old=layout == "older")
    with pytest.raises(WeightsUnsafe) as caught:
        read_published(write(content))
    assert not trace.exists()
    assert caught.value.hint
    if layout == "zip":
        pickle.loads(pickle.dumps(Evil(trace)))  # the same object does run where pickle is trusted
        assert trace.exists()
        assert "posix.system" in str(caught.value)


@pytest.mark.parametrize("content", [torch.nn.Linear(2, 2), {"state_dict": STATE, "args": argparse.Namespace(a=1)}])
def test_objects_beside_tensors_are_refused(write: Write, content: object) -> None:
    with pytest.raises(WeightsUnsafe, match="asks for"):
        read_published(write(saved(content)))


def test_a_packed_zip_is_refused(write: Write) -> None:
    honest = zipfile.ZipFile(io.BytesIO(saved({"a": torch.zeros(100_000)})))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for member in honest.infolist():
            archive.writestr(member.filename, honest.read(member))
    with pytest.raises(WeightsUnsafe, match="unpacks to"):
        read_published(write(packed.getvalue()))


def test_a_tensor_larger_than_its_storage_is_refused(write: Write) -> None:
    with pytest.raises(WeightsUnsafe, match="unpacks to more"):
        read_published(write(saved({"a": torch.zeros(1).expand(10**12)})))


@pytest.mark.parametrize(
    "content",
    [{}, {"epoch": 3}, [torch.zeros(1)], {"a": torch.zeros(1), "b": 3}, {"a": torch.zeros(1, device="meta")}],
    ids=["empty", "number", "list", "mixed", "meta"],
)
def test_what_is_no_state_dict_is_said(write: Write, content: object) -> None:
    with pytest.raises(WeightsKeysDiffer):
        read_published(write(saved(content)))


def test_keys_that_fall_together_are_said(write: Write) -> None:
    with pytest.raises(WeightsKeysDiffer, match="with and without"):
        read_published(write(saved({"a": torch.zeros(1), "module.a": torch.zeros(1)})))


@pytest.mark.parametrize("content", [b"no weights at all\n" * 9, b"<!DOCTYPE html>" * 9, bytes(1000), b"PK"])
def test_other_files_are_no_weight_files(write: Write, content: bytes) -> None:
    with pytest.raises(WeightsError) as caught:
        read_published(write(content))
    assert type(caught.value) is WeightsError


def test_a_git_lfs_pointer_is_told_as_one(write: Write) -> None:
    with pytest.raises(WeightsError, match="Git LFS pointer") as caught:
        read_published(write(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"))
    assert "git lfs pull" in caught.value.hint


def keras_file(path: Path, fill: Callable[[h5py.Group], None]) -> Path:
    with h5py.File(path, "w") as opened:
        opened.attrs["layer_names"] = [b"dense"]
        layer = opened.create_group("dense")
        layer.attrs["weight_names"] = [b"dense/kernel:0"]
        fill(layer.create_group("dense"))
    return path


def test_hdf5_that_points_into_other_files_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as opened:
        opened["kernel"] = np.ones(4, dtype=np.float32)
    raw = tmp_path / "raw"
    raw.write_bytes(bytes(16))

    def linked(group: h5py.Group) -> None:
        group["kernel:0"] = h5py.ExternalLink(str(secret), "kernel")

    def outside(group: h5py.Group) -> None:
        group.create_dataset("kernel:0", (4,), "f4", external=[(str(raw), 0, 16)])

    def virtual(group: h5py.Group) -> None:
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource(str(secret), "kernel", (4,))
        group.create_virtual_dataset("kernel:0", layout)

    for number, fill in enumerate((linked, outside, virtual)):
        with pytest.raises(WeightsUnsafe):
            read_published(keras_file(tmp_path / f"{number}.h5", fill))


def test_hdf5_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    def fill(group: h5py.Group) -> None:
        group.create_dataset("kernel:0", (2**15, 2**15), "f4", chunks=(2**10, 2**10), compression="gzip")

    path = keras_file(tmp_path / "large.h5", fill)
    assert path.stat().st_size < 2**20
    with pytest.raises(WeightsUnsafe, match="unpacks to more"):
        read_published(path)


def test_hdf5_of_another_layout_is_said(tmp_path: Path) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as opened:
        opened["kernel"] = np.ones(4)
    with pytest.raises(WeightsKeysDiffer, match="Keras"):
        read_published(path)
    with pytest.raises(WeightsKeysDiffer, match="no array of floating-point numbers"):
        read_published(keras_file(tmp_path / "text.h5", lambda group: group.create_dataset("kernel:0", data=b"x")))
