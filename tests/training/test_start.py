"""Where training starts: the published ImageNet layout, exported weights, random ones; nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from fakefinder.detectors.blend.calibration import Calibration
from fakefinder.errors import UsageError
from fakefinder.nets.efficientnet import from_efficientnet_pytorch
from fakefinder.nets.efficientnet_lite import efficientnet_lite0
from fakefinder.training.recipe import default_recipe
from fakefinder.training.start import starting_net


def as_published() -> dict[str, torch.Tensor]:
    """Random weights under the keys of the ImageNet file, with its head of 1000 classes."""
    net = efficientnet_lite0(1000)
    stages = ["_blocks.0", *(f"_blocks.{i}" for i in range(1, 16))]
    parameters = [f"{block}.{layer}.{name}" for block in stages for layer, names in LAYERS.items() for name in names]
    outer = ["_conv_stem.weight", "_conv_head.weight", "_fc.weight", "_fc.bias"]
    norms = [f"{norm}.{name}" for norm in ("_bn0", "_bn1") for name in NORM]
    rename, state = from_efficientnet_pytorch("b0"), net.state_dict()
    published = {key: state[rename(key)] for key in (*parameters, *outer, *norms) if rename(key) in state}
    assert {rename(key) for key in published} == {key for key in state if "num_batches" not in key}
    return published


NORM = ("weight", "bias", "running_mean", "running_var")
LAYERS = {
    "_expand_conv": ("weight",),
    "_bn0": NORM,
    "_depthwise_conv": ("weight",),
    "_bn1": NORM,
    "_project_conv": ("weight",),
    "_bn2": NORM,
}


def test_the_body_of_the_imagenet_file_gets_a_head_drawn_with_the_seed(tmp_path: Path) -> None:
    published = as_published()
    save_file(published, tmp_path / "lite0.safetensors")
    state = torch.get_rng_state()
    net = starting_net(tmp_path / "lite0.safetensors", default_recipe()).state_dict()
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(net["conv_stem.weight"], published["_conv_stem.weight"])
    assert torch.equal(net["blocks.6.0.bn3.running_var"], published["_blocks.15._bn2.running_var"])
    assert net["classifier.weight"].shape == (1, 1280)
    random = starting_net(None, default_recipe()).state_dict()
    assert torch.equal(net["classifier.weight"], random["classifier.weight"])
    other = starting_net(None, default_recipe().model_copy(update={"seed": 1})).state_dict()
    assert not torch.equal(other["classifier.weight"], random["classifier.weight"])


def test_exported_weights_come_in_whole(tmp_path: Path) -> None:
    weights = efficientnet_lite0().state_dict()
    save_file(weights | Calibration(2.0, 1.0).tensors(), tmp_path / "blend.safetensors")
    net = starting_net(tmp_path / "blend.safetensors", default_recipe()).state_dict()
    assert all(torch.equal(net[key], value) for key, value in weights.items())


@pytest.mark.parametrize("change", ["lacks", "foreign", "text", "absent"])
def test_any_other_file_is_refused(tmp_path: Path, change: str) -> None:
    path = tmp_path / "init.safetensors"
    published = as_published()
    if change == "lacks":
        del published["_bn0.bias"]
    if change == "foreign":
        published = {"layer1.0.conv1.weight": torch.zeros(3)}
    if change == "text":
        path.write_text("no weights")
    elif change != "absent":
        save_file(published, path)
    with pytest.raises(UsageError, match="cannot start from") as caught:
        starting_net(path, default_recipe())
    assert "fetch_init" in caught.value.hint


def test_dropout_and_drop_path_are_the_recipes() -> None:
    net = starting_net(None, default_recipe().model_copy(update={"dropout": 0.9, "drop_path": 0.9})).train()
    x = torch.rand(2, 3, 64, 64)
    with torch.random.fork_rng(devices=()), torch.no_grad():
        assert not torch.equal(net(x), net(x))
        assert torch.equal(net.eval()(x), net(x))
