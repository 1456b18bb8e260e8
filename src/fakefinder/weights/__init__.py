"""Published weight files: the catalogue, the store that fetches and verifies them, strict loading."""

from pathlib import Path

from platformdirs import user_cache_path


def default_root() -> Path:
    """The weight store of this user: ``~/.cache/fakefinder/weights``, or what the system has instead."""
    return user_cache_path("fakefinder") / "weights"


def packaged_root() -> Path:
    """The weights that come inside the package, in the layout of a weight store; nothing is ever written there."""
    return Path(__file__).parent / "packaged"
