"""Published weight files of any layout to tensors, without running code that a file brings along.

The layout is told by the first bytes, never by the name: torch's zip and its older pickle stream,
Keras HDF5, safetensors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakefinder.errors import WeightsError, WeightsKeysDiffer, WeightsTruncated, WeightsUnsafe

if TYPE_CHECKING:
    import torch

TENSOR_BYTES_LIMIT = 4 * 2**30
"""Bytes that the tensors of one file may take; the largest published file has 0.3 GiB."""

_CONTAINER = "state_dict"
_PREFIX = "module."
"""What a saved ``DataParallel`` model puts in front of every key."""


def read_published(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a published file by key: on the CPU, contiguous, in the file's own dtype.

    The container (a dict with ``state_dict``) is unwrapped and one leading ``module.`` stripped.
    Keras HDF5: keys are ``layer/weight_name`` as published, such as ``dense_3/dense_3/kernel:0``,
    and arrays keep Keras's layout.

    Raises:
        WeightsTruncated: the file ends too early.
        WeightsUnsafe: it is a pickle that wants to run code, or it unpacks to more than the limit.
        WeightsKeysDiffer: it holds something other than named tensors.
        WeightsError: it is no weight file.
    """
    from fakefinder.weights import read_hdf5, read_safetensors, read_torch

    with path.open("rb") as opened:
        head = opened.read(64)
    if not head:
        raise WeightsTruncated(f"{path.name} is empty.")
    if head.startswith(b"version https://git-lfs"):
        raise WeightsError(f"{path.name} is a Git LFS pointer, not the file itself.", hint="Run `git lfs pull` there.")
    if head.startswith(read_hdf5.SIGNATURE[: len(head)]):
        return plain(read_hdf5.read(path), path.name)
    if head[8:9] == b"{":
        return plain(read_safetensors.read(path), path.name)
    return plain(_unwrapped(read_torch.read(path), path.name), path.name)


def _unwrapped(content: object, name: str) -> Mapping[Any, object]:
    if isinstance(content, Mapping) and isinstance(content.get(_CONTAINER), Mapping):
        content = content[_CONTAINER]
    if not isinstance(content, Mapping) or not content:
        raise WeightsKeysDiffer(f"{name} holds no state dict.", hint="A dict of named tensors is needed.")
    return content


def plain(content: Mapping[Any, object], name: str) -> dict[str, torch.Tensor]:
    """``content`` as contiguous CPU tensors without shared memory; ``name`` is that of the file.

    Raises:
        WeightsKeysDiffer: a key is no string, a value no dense tensor, or two keys fall together.
        WeightsUnsafe: the tensors take more than ``TENSOR_BYTES_LIMIT``.
    """
    import torch

    result: dict[str, torch.Tensor] = {}
    total = 0
    for key, value in content.items():
        if not isinstance(key, str) or not isinstance(value, torch.Tensor):
            raise WeightsKeysDiffer(f"{name} holds no state dict: entry {key!r} is no tensor.")
        if value.layout != torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise WeightsKeysDiffer(f"{name}: {key!r} is no dense tensor.")
        total += value.numel() * value.element_size()
        if total > TENSOR_BYTES_LIMIT:
            raise WeightsUnsafe(f"{name} unpacks to more than {TENSOR_BYTES_LIMIT // 2**30} GiB.")
        bare = key.removeprefix(_PREFIX)
        if bare in result:
            raise WeightsKeysDiffer(f"{name} has {bare!r} with and without {_PREFIX!r}.")
        result[bare] = value.detach().clone(memory_format=torch.contiguous_format)
    return result
