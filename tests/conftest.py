"""What all tests share: the reference data beside the project, and the rule for leaving tests out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("FAKEFINDER_SHARED", Path(__file__).parents[2] / "shared"))


def absent(what: str) -> None:
    """Skip the test with one line; in CI, where everything must be there, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is needed in CI")
    pytest.skip(f"{what} is absent")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference clips, goldens and published weights."""
    if not SHARED.is_dir():
        absent("the folder of reference data (FAKEFINDER_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def golden(shared: Path) -> Path:
    """Reference numbers made with the published systems."""
    return shared / "golden"
