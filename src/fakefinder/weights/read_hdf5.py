"""Keras weights-only HDF5: groups per layer, their weights named in attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fakefinder.errors import WeightsError, WeightsKeysDiffer, WeightsTruncated, WeightsUnsafe

if TYPE_CHECKING:
    import h5py

SIGNATURE = b"\x89HDF\r\n\x1a\n"
_LIMIT = 2**30
"""Bytes of all arrays together, packed or not."""


def read(path: Path) -> Mapping[str, object]:
    """``layer/weight_name`` to float32 tensor, in Keras's own layout (kernels: rows, columns, in, out).

    Raises:
        WeightsTruncated: the file ends too early.
        WeightsUnsafe: it points into other files, or its arrays take more than the limit.
        WeightsKeysDiffer: it is not the weights-only layout of Keras.
    """
    import h5py
    import numpy as np
    import torch

    try:
        with h5py.File(path, "r") as opened:
            arrays = {}
            total = 0
            for key in _keys(opened, path.name):
                dataset = _dataset(opened, key, path.name)
                total += dataset.size * 4
                if total > _LIMIT:
                    raise WeightsUnsafe(f"{path.name} unpacks to more than {_LIMIT // 2**30} GiB.")
                arrays[key] = np.asarray(dataset[()], dtype=np.float32)
    except (OSError, KeyError, RuntimeError) as error:
        raise _named(error, path.name) from error
    if not arrays:
        raise WeightsKeysDiffer(f"{path.name} holds no weights.")
    return {key: torch.from_numpy(array.copy()) for key, array in arrays.items()}


def _keys(opened: h5py.File, name: str) -> Iterator[str]:
    for layer in _names(opened.attrs.get("layer_names"), name):
        group = _own(opened, layer, name)
        for weight in _names(group.attrs.get("weight_names"), name):
            yield f"{layer}/{weight}"


def _names(values: Any, name: str) -> list[str]:
    if values is None:
        raise WeightsKeysDiffer(f"{name} is not a weights-only file of Keras: it names no layers or no weights.")
    return [value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values]


def _dataset(opened: h5py.File, key: str, name: str) -> h5py.Dataset:
    import h5py

    found: Any = opened
    for part in key.split("/"):
        found = _own(found, part, name)
    if not isinstance(found, h5py.Dataset) or found.dtype.kind != "f":
        raise WeightsKeysDiffer(f"{name}: {key!r} is no array of floating-point numbers.")
    if found.external or found.is_virtual:
        raise WeightsUnsafe(f"{name}: {key!r} lies in another file.")
    return found


def _own(group: Any, part: str, name: str) -> Any:
    """The member ``part`` that lies in the group itself; a soft or external link could lead anywhere."""
    import h5py

    if not isinstance(group, h5py.Group) or part in ("", ".", "..") or part not in group:
        raise WeightsKeysDiffer(f"{name} names {part!r}, which it does not hold.")
    if not isinstance(group.get(part, getlink=True), h5py.HardLink):
        raise WeightsUnsafe(f"{name}: {part!r} is a link out of its place.")
    return group[part]


def _named(error: Exception, name: str) -> WeightsError:
    text = str(error).lower()
    if any(word in text for word in ("truncated", "eof", "end of file", "addr overflow", "file signature")):
        return WeightsTruncated(f"{name} ends too early.")
    return WeightsError(f"{name} is HDF5 that cannot be read: {error}")
