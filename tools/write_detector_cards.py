"""Writes docs/detectors/NAME.md: the card of each built-in detector, made from the detectors themselves."""

from __future__ import annotations

from pathlib import Path

from fakefinder.detectors.registry import detector_class, names
from fakefinder.records.render import to_markdown

FOLDER = Path(__file__).parents[1] / "docs" / "detectors"


def pages() -> dict[str, str]:
    """File name to Markdown, for the detectors that come with the package."""
    classes = [detector_class(name) for name in names()]
    own = [found for found in classes if found.__module__.startswith("fakefinder.")]
    return {f"{found.card.name}.md": to_markdown(found.card) for found in own}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
