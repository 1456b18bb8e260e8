"""A detector's card as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from fakefinder.records.card import DetectorCard


def to_markdown(card: DetectorCard) -> str:
    """The card as a Markdown page; fields without a value are left out."""
    facts = {
        "Version": card.version,
        "Recipe": card.recipe,
        "Looks at": card.coverage,
        "Use it for": card.intended_use,
        "Trained on": card.trained_on,
        "Needs": ", ".join(_needs(card)),
        "Code licence": card.code_licence,
        "Weights licence": card.weights_licence if card.needs_weights else "",
        "Cite": card.citation,
        "Home": card.home,
    }
    lines = [f"# {card.name}", "", f"**{card.title}**", "", card.summary, ""]
    lines += [f"- **{name}**: {value}" for name, value in facts.items() if value]
    figures = (f"{figure.value}; {figure.data} ({figure.source})" for figure in card.published)
    lines += _section("How it works", card.details)
    lines += _section("Published figures", figures)
    lines += _section("What it cannot see", card.caveats)
    return "\n".join(lines) + "\n"


def _section(title: str, items: Iterable[str]) -> list[str]:
    bullets = [f"- {item}" for item in items]
    return ["", f"## {title}", "", *bullets] if bullets else []


def _needs(card: DetectorCard) -> list[str]:
    needs = ["moving pictures" if card.needs_video else "one frame or more"]
    return [*needs, "weights in the weight store"] if card.needs_weights else needs
