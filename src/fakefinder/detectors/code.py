"""code_key: tells whether the code that made something is the code that runs now."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_LIBRARIES = ("fakefinder", "openvino", "timm", "torch")


@cache
def code_key(kind: type) -> str:
    """12 hex digits over the source of FakeFinder, that of the package which ``kind`` is from, and library versions.

    Manifests of weights inside the package count as source: those weights have no other folder to tell them apart.
    """
    digest = hashlib.sha256()
    for package in ("fakefinder", kind.__module__.partition(".")[0]):
        file = getattr(sys.modules[package], "__file__", None)
        for path in _sources(Path(file)) if file else ():
            digest.update(path.read_bytes())
    for library in _LIBRARIES:
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()[:12]


def _sources(module: Path) -> list[Path]:
    if module.name != "__init__.py":
        return [module]
    return sorted(path for pattern in ("*.py", "manifest.json") for path in module.parent.rglob(pattern))
