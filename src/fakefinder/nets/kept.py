"""Graphs that OpenVINO has made of nets, kept in folders so that the next process need not make them again.

A folder appears whole or not at all, with the sha256 of its files; one that is not what it says counts as absent.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from fakefinder.nets.memory import forget_pages

_GRAPH, _WEIGHTS, _SUMS = "graph.xml", "graph.bin", "sha256"


def read_graph(folder: Path) -> Any | None:
    """The ``openvino.Model`` kept in a folder, or None."""
    try:
        if (folder / _SUMS).read_text(encoding="ascii") != _sums(folder):
            return None
    except (OSError, UnicodeDecodeError):
        return None
    import openvino

    return openvino.Core().read_model(folder / _GRAPH)


def keep_graph(model: Any, folder: Path) -> None:
    """Keep an ``openvino.Model``, float32, where the folder can be written; otherwise it is made anew next time."""
    import openvino

    with suppress(OSError, RuntimeError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".keeping-") as temporary:
            making = Path(temporary) / "made"
            making.mkdir()
            openvino.save_model(model, making / _GRAPH, compress_to_fp16=False)
            (making / _SUMS).write_text(_sums(making), encoding="ascii")
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)


def let_go(folder: Path) -> None:
    """Give back the memory of a kept graph's weights: OpenVINO maps their file, and has copies of its own by then."""
    forget_pages(folder / _WEIGHTS)


def _sums(folder: Path) -> str:
    sums = []
    for name in (_GRAPH, _WEIGHTS):
        with (folder / name).open("rb") as file:
            sums.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()} {name}\n")
    return "".join(sums)
