"""Trained nets become the packaged weights whole, smaller and checked, or not at all."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from fakefinder.detectors.blend.calibration import Calibration
from fakefinder.errors import WeightsKeysDiffer
from fakefinder.weights.store import ActiveWeights, WeightStore

TOOL = Path(__file__).parents[2] / "tools" / "package_weights.py"
Package = Callable[..., ActiveWeights]


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    return runpy.run_path(str(TOOL))


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A weight file of two tensors, one of them larger than float16 can hold."""
    save_file({"kernel": torch.full((4, 4), 1 / 3), "variance": torch.full((4,), 1e6)}, tmp_path / "seed7.safetensors")
    return tmp_path / "seed7.safetensors"


def nothing_wrong(_weights: ActiveWeights) -> None: ...


def test_a_net_is_kept_smaller_with_its_calibration(tool: Any, net: Path, tmp_path: Path) -> None:
    home = tmp_path / "packaged" / "blend"
    made = tool["package"]([net], "1", Calibration(1.5, -0.5), home=home, check=nothing_wrong)
    store = WeightStore(tmp_path / "store", packaged=tmp_path / "packaged")
    active = store.active("blend")
    assert (made.version, active.version, active.origin, active.unlisted) == ("1", "1", "packaged", ())
    assert all(found.ok for found in store.verify("blend"))
    tensors = active.tensors("seed7")
    assert tensors["kernel"].dtype is torch.float16
    assert tensors["variance"].tolist() == [1e6] * 4
    assert Calibration.of(tensors) == Calibration(1.5, -0.5)


def test_it_takes_the_place_of_what_was_there(tool: Any, net: Path, tmp_path: Path) -> None:
    home = tmp_path / "packaged" / "blend"
    tool["package"]([net], "1", Calibration(), home=home, check=nothing_wrong)
    again = net.rename(net.with_name("seed8.safetensors"))
    tool["package"]([again], "2", Calibration(), home=home, check=nothing_wrong)
    assert sorted(path.relative_to(home).as_posix() for path in home.rglob("*") if path.is_file()) == [
        "2/manifest.json",
        "2/seed8.safetensors",
        "active",
    ]


def test_a_file_may_bring_its_calibration(tool: Any, net: Path, tmp_path: Path) -> None:
    home = tmp_path / "packaged" / "blend"
    with pytest.raises(WeightsKeysDiffer):
        tool["package"]([net], "1", None, home=home, check=nothing_wrong)
    save_file({"kernel": torch.ones(2, 2)} | Calibration(2.0, 1.0).tensors(), net)
    made = tool["package"]([net], "1", None, home=home, check=nothing_wrong)
    assert Calibration.of(made.tensors("seed7")) == Calibration(2.0, 1.0)


def test_what_does_not_fit_or_is_too_large_replaces_nothing(tool: Any, net: Path, tmp_path: Path) -> None:
    home = tmp_path / "packaged" / "blend"
    tool["package"]([net], "1", Calibration(), home=home, check=nothing_wrong)

    def wrong(_weights: ActiveWeights) -> None:
        raise WeightsKeysDiffer("They do not fit.")

    with pytest.raises(WeightsKeysDiffer):
        tool["package"]([net], "2", Calibration(), home=home, check=wrong)
    save_file({"kernel": torch.zeros(3300, 3300)}, net)
    with pytest.raises(SystemExit, match="is the limit"):
        tool["package"]([net], "2", Calibration(), home=home, check=nothing_wrong)
    store = WeightStore(tmp_path / "store", packaged=tmp_path / "packaged")
    assert store.active("blend").version == "1"
    assert all(found.ok for found in store.verify("blend"))
