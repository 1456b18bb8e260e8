"""DetectorCard: what a detector is, without importing what it computes with."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from fakefinder.records.measured import Measurement


class PublishedFigure(BaseModel):
    """A measurement that others have published; none was repeated here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: str = Field(description="What was measured, and the number.")
    data: str = Field(description="On which data, and how many videos, as far as published.")
    source: str = Field(description="Where it was published.")


class DetectorCard(BaseModel):
    """The torch-free description of a detector, shown beside its scores."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="The name users type.")
    version: str = Field(description="Changes when the same video and weights may score differently.")
    title: str = Field(description="Authors and origin in a few words.")
    summary: str = Field(description="What it looks at and how, in a sentence or two.")
    recipe: str = Field(default="faithful", description="How frames become one score; `faithful` = as published.")
    coverage: str = Field(description="Which seconds, frames and faces a score speaks of.")
    trained_on: str = Field(default="", description="Training data, as far as published.")
    intended_use: str = Field(default="", description="What its scores are for, and what they are not for.")
    published: tuple[PublishedFigure, ...] = Field(default=(), description="How well others found it to work.")
    measured: Measurement | None = Field(default=None, description="How well this project found it to work.")
    details: tuple[str, ...] = Field(default=(), description="How it works, step by step, a sentence each.")
    caveats: tuple[str, ...] = Field(default=(), description="What it cannot see, a sentence each.")
    needs_video: bool = Field(default=False, description="True where one frame is not enough.")
    needs_weights: bool = Field(default=True, description="False where nothing is read from the weight store.")
    code_licence: str = Field(default="Apache-2.0", description="Licence of this implementation.")
    weights_licence: str = Field(default="not stated", description="As the publisher states it.")
    citation: str = Field(default="", description="What to cite.")
    home: str = Field(default="", description="Where the published system lives.")

    def at_chance_with(self, weights_sha256: Mapping[str, str]) -> bool:
        """True where it was measured with these weights, and was no better than chance.

        Other weights, such as a user's own, were not measured here, so nothing is known of them.
        """
        found = self.measured
        return found is not None and found.overall.at_chance and found.weights_sha256 == dict(weights_sha256)
