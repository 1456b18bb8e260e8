"""new_plugin: a plugin package with one working detector, its test and its README."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path
from string import Template

from fakefinder.detectors import registry
from fakefinder.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]*")
"""As ``DetectorCard.name`` wants it."""

_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "detector.py.txt": "src/fakefinder_$name.py",
    "test.py.txt": "tests/test_$name.py",
}
"""Template to the path it becomes in the plugin."""


def new_plugin(name: str, folder: Path) -> Path:
    """The folder ``folder/fakefinder-NAME`` with a plugin that installs, runs and passes its test.

    Raises:
        UsageError: the name does not fit or is taken, or the folder is there already.
    """
    _check_name(name)
    root = folder / f"fakefinder-{name.replace('_', '-')}"
    if root.exists():
        raise UsageError(f"{root} is there already.", hint="Choose another name or --folder; nothing is overwritten.")
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "class_name": "".join(part.capitalize() for part in name.split("_")),
    }
    for template, path in _FILES.items():
        text = (files(__package__) / "templates" / template).read_text(encoding="utf-8")
        target = root / Template(path).substitute(words)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(Template(text).substitute(words), encoding="utf-8")
    return root


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        fitting = re.sub(r"[^a-z0-9]+", "_", name.lower()).lstrip("_0123456789").rstrip("_")
        hint = f"{fitting!r} would do." if _NAME.fullmatch(fitting) and not keyword.iskeyword(fitting) else ""
        raise UsageError(
            f"{name!r} cannot name a detector: small letters, digits and _, a letter first, no Python keyword.",
            hint=hint,
        )
    if name in registry.names():
        raise UsageError(f"There is a detector {name!r} already.", hint="`fakefinder detectors list` shows all names.")
