from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torchvision.models import resnet152

from fakefinder.faces.dsfd import PRIORS_PX, priors
from fakefinder.nets.dsfd import CHANNELS, STRIDES, Dsfd, FeatureEnhance, _background_and_face, from_published


@pytest.fixture(scope="module")
def net() -> Dsfd:
    torch.manual_seed(0)
    return Dsfd().eval()


def test_the_key_map_takes_the_published_file_onto_the_net_one_to_one(golden: Path) -> None:
    published = json.loads((golden / "manifests" / "ntech.json").read_text())["key_sets"]["DSFD resnet152:float16"]
    with torch.device("meta"):
        state = Dsfd().state_dict()
    renamed = {from_published(key): tuple(shape) for key, (shape, _dtype) in published.items()}
    assert renamed == {key: tuple(tensor.shape) for key, tensor in state.items()}
    assert len(renamed) == len(published) == 1126


@pytest.mark.parametrize(
    "key",
    ["layer1.0.bias", "layer1.2.weight", "layer2.weight", "latlayer4.weight", "cpm8.cpm1.bias", "loc.0.conv5.bias"],
)
def test_a_key_of_another_layout_stays_and_so_fails_strict_loading(key: str) -> None:
    assert from_published(key) == key


def test_the_body_is_torchvisions_resnet152() -> None:
    with torch.device("meta"):
        body, original = Dsfd().body, resnet152(weights=None)
    assert {k: v.shape for k, v in body.state_dict().items()} == {
        k: v.shape for k, v in original.state_dict().items() if not k.startswith("fc.")
    }


@torch.inference_mode()
@pytest.mark.parametrize(("height", "width"), [(32, 96), (64, 32)])
def test_there_is_an_answer_for_each_prior(net: Dsfd, height: int, width: int) -> None:
    shifts, p_face = net(torch.randn(2, 3, height, width) * 50)
    assert shifts.shape == (2, len(priors(height, width)), 4)
    assert p_face.shape == shifts.shape[:2]
    assert ((p_face >= 0) & (p_face <= 1)).all()


def test_each_level_has_priors() -> None:
    assert tuple(PRIORS_PX) == STRIDES
    assert len(CHANNELS) == len(STRIDES)


@torch.inference_mode()
def test_levels_are_products_with_what_is_coarser(net: Dsfd) -> None:
    """Where nothing comes from the coarsest map, the finer levels, chained on it, are 0."""
    own = Dsfd().eval()
    for name, parameter in own.named_parameters():
        if name.startswith("lateral.2.") or (name.startswith("lateral.") and name.endswith(".bias")):
            parameter.zero_()
    levels = own._levels(torch.randn(1, 3, 64, 64))
    assert [level.shape[1] for level in levels] == list(CHANNELS)
    assert [float(level.abs().max()) > 0 for level in levels] == [False] * 3 + [True] * 3
    assert all(float(level.abs().max()) > 0 for level in net._levels(torch.randn(1, 3, 64, 64)))


@torch.inference_mode()
def test_enhanced_features_look_five_cells_far() -> None:
    torch.manual_seed(0)
    enhance = FeatureEnhance(8)
    x = torch.zeros(1, 8, 21, 21)
    still = enhance(x)
    x[..., 10, 10] = 100
    changed = (enhance(x) != still).any(dim=1)[0]
    near, far = changed.nonzero().min(0).values, changed.nonzero().max(0).values
    # A 3 x 3 kernel of dilation 2 three times over, the last of them of dilation 1: 2 + 2 + 1 cells.
    assert near.tolist() == [5, 5]
    assert far.tolist() == [15, 15]


def test_the_finest_level_has_three_answers_for_the_background_and_others_three_for_a_face() -> None:
    x = torch.tensor([1.0, 5.0, 2.0, 3.0, 9.0]).reshape(1, 5, 1, 1)
    assert _background_and_face(x, finest=True).flatten().tolist() == [5, 3]
    assert _background_and_face(x, finest=False).flatten().tolist() == [3, 5]
