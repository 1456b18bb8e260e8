"""Settings: one typed table of what the environment may set. Only cli, api and web read it.

Each field's metadata holds the variable's name and one line of help; ``docs/settings.md`` lists them all.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from fakefinder.weights import default_root


@dataclass(frozen=True)
class Settings:
    """What the environment sets, read when an instance is made."""

    weights: Path = field(
        default_factory=default_root,
        metadata={"env": "FAKEFINDER_WEIGHTS", "help": "Folder of the weight store."},
    )
    weights_mirror: Path | None = field(
        default=None,
        metadata={
            "env": "FAKEFINDER_WEIGHTS_MIRROR",
            "help": "Folder in which published weight files are looked for before the network is asked.",
        },
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings of this process; an empty variable counts as not set."""
        given = {f.name: environment.get(f.metadata["env"]) for f in fields(cls)}
        return cls(**{name: Path(value).expanduser() for name, value in given.items() if value})
