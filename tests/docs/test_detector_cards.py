"""The card pages say what the detectors' cards say, and the cards of published systems say enough."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from fakefinder.detectors.registry import detector_class

ROOT = Path(__file__).parents[2]
WINNERS = ("boken", "eighteen", "medics", "ntech", "selimsef", "wm")


def test_the_pages_are_those_of_the_detectors() -> None:
    pages = runpy.run_path(str(ROOT / "tools" / "write_detector_cards.py"))["pages"]()
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "detectors").glob("*.md")}
    assert written == pages, "run `python tools/write_detector_cards.py`"


@pytest.mark.parametrize("name", WINNERS)
def test_a_published_system_s_card_is_complete(name: str) -> None:
    card = detector_class(name).card
    for field in ("summary", "coverage", "trained_on", "intended_use", "citation", "home", "weights_licence"):
        assert getattr(card, field), field
    assert len(card.details) >= 3
    assert len(card.caveats) >= 3
    assert card.published
    assert card.recipe == "faithful"
