from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from fakefinder.detectors.medics.nets import clip_input, clip_net, clip_p_fake, face_input, face_net, timm_key


def test_class_0_of_the_clip_nets_is_fake() -> None:
    p = clip_p_fake(lambda _: torch.tensor([[1.0, -1.0]]), torch.zeros(1, 3, 9, 4, 4))
    assert p == pytest.approx(1 / (1 + np.exp(-2)), abs=1e-6)


def test_the_two_views_of_a_clip_are_averaged_as_probabilities() -> None:
    answers = iter([torch.tensor([[4.0, 0.0]]), torch.tensor([[0.0, 0.0]])])
    p = clip_p_fake(lambda _: next(answers), torch.zeros(1, 3, 9, 4, 4))
    assert p == pytest.approx((1 / (1 + np.exp(-4)) + 0.5) / 2, abs=1e-6)


def test_clip_inputs() -> None:
    """One grey level each: 0, 255 and 102 of red, green and blue."""
    clip = np.full((2, 224, 224, 3), (0, 255, 102), np.uint8)
    of = {takes: clip_input(clip, takes) for takes in ("signed", "raw", "imagenet", "imagenet_112")}
    assert of["signed"].shape == of["raw"].shape == of["imagenet"].shape == (1, 3, 2, 224, 224)
    assert of["imagenet_112"].shape == (1, 3, 2, 112, 112)
    assert of["signed"][0, :, 0, 0, 0].tolist() == pytest.approx([-1, 1, -0.2], abs=1e-6)
    assert of["raw"][0, :, 0, 0, 0].tolist() == [0, 255, 102]
    expected = [-0.485 / 0.229, (1 - 0.456) / 0.224, (0.4 - 0.406) / 0.225]
    assert of["imagenet"][0, :, 1, 5, 5].tolist() == pytest.approx(expected, abs=1e-6)
    assert of["imagenet_112"][0, :, 1, 5, 5].tolist() == pytest.approx(expected, abs=1e-6)


def test_half_the_size_is_not_rounded_to_grey_levels() -> None:
    clip = np.zeros((1, 224, 224, 3), np.uint8)
    clip[:, ::2, ::2] = 1
    x = clip_input(clip, "imagenet_112")
    assert x[0, 0, 0, 3, 3].item() == pytest.approx((0.25 / 255 - 0.485) / 0.229, abs=1e-6)


def test_faces_are_bgr_with_the_statistics_for_rgb() -> None:
    x = torch.tensor([0.1, 0.2, 0.3]).reshape(1, 3, 1, 1)
    expected = [(0.3 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (0.1 - 0.406) / 0.225]
    assert face_input(x).flatten().tolist() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("published", "own"),
    [("backbone.layer1.0.se_module.fc1.bias", "layer1.0.se_module.fc1.bias"), ("fc.bias", "last_linear.bias")],
)
def test_published_keys_are_timms_with_the_backbone_in_front(published: str, own: str) -> None:
    assert timm_key(published) == own


@pytest.mark.parametrize("key", ["layer0.conv1.weight", "last_linear.bias"])
def test_a_key_of_another_layout_does_not_fit_by_accident(key: str) -> None:
    assert timm_key(key) != key


@pytest.mark.parametrize(
    ("family", "parameters"),
    [("i3d", 12_289_314), ("resnet34", 63_340_738), ("mc3_18", 11_491_266), ("r2plus1d_18", 31_301_151)],
)
def test_sizes_of_the_clip_nets(family: Any, parameters: int) -> None:
    with torch.device("meta"):
        assert sum(weights.numel() for weights in clip_net(family).parameters()) == parameters


def test_the_face_net_pools_without_padding_and_rounds_sizes_up() -> None:
    """Another kind of pooling gives the same sizes from even ones, and other numbers."""
    net = face_net()
    pooled = net.get_submodule("pool0")(torch.arange(8.0).reshape(1, 1, 1, 8).expand(1, 1, 8, 8))
    assert pooled[0, 0, 0].tolist() == [2, 4, 6, 7]
