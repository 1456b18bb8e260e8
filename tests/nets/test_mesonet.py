"""MesoNet against Keras.

``KERAS`` was made once with Keras 3 and its own layers, the two nets written from the paper's description and the
published weights put in layer by layer, on the pictures of ``pictures()``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fakefinder.errors import WeightsKeysDiffer, WeightsShapeDiffers
from fakefinder.nets.mesonet import Meso4, MesoInception4, from_keras
from fakefinder.weights.load import load_strict, read_published

KERAS = {
    "mesonet_Meso4_DF.h5": [0.738190770, 0.665762246, 0.644269586, 0.889660597],
    "mesonet_Meso4_F2F.h5": [0.038546696, 0.845107913, 0.924733818, 0.942626238],
    "mesonet_MesoInception_DF.h5": [0.999845743, 0.820430338, 0.069320910, 0.555666864],
    "mesonet_MesoInception_F2F.h5": [0.994782150, 0.997970879, 0.622455239, 0.991842270],
}


def pictures() -> torch.Tensor:
    """Four pictures of 4 x 4 fields of random colours, float32 (4, 3, 256, 256) in [0, 1]."""
    fields = np.random.default_rng(2018).random((4, 4, 4, 3))
    pixels = np.kron(fields, np.ones((1, 64, 64, 1))).astype(np.float32)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


def _net(name: str) -> Meso4 | MesoInception4:
    return MesoInception4() if "Inception" in name else Meso4()


@torch.inference_mode()
@pytest.mark.parametrize("name", KERAS)
def test_outputs_are_those_of_keras(name: str, shared: Path) -> None:
    net = _net(name)
    load_strict(net, from_keras(net, read_published(shared / "weights" / name)))
    # Two float32 libraries; measured 1.2e-7 apart.
    assert np.abs(net.eval()(pictures()).numpy() - KERAS[name]).max() < 1e-6


def test_one_net_does_not_take_the_other_nets_weights(shared: Path) -> None:
    tensors = read_published(shared / "weights" / "mesonet_MesoInception_DF.h5")
    with pytest.raises((WeightsKeysDiffer, WeightsShapeDiffers)):
        load_strict(net := Meso4(), from_keras(net, tensors))


def _keras_names(shift: int) -> dict[str, torch.Tensor]:
    """Meso4's tensors under Keras' names, layers numbered from ``shift``, in an order that is not theirs."""
    kernels = [(3, 3, 3, 8), (5, 5, 8, 8), (5, 5, 8, 16), (5, 5, 16, 16)]
    tensors = {}
    for i, shape in reversed(list(enumerate(kernels, start=shift))):
        tensors[f"conv2d_{i}/conv2d_{i}/kernel:0"] = torch.rand(shape)
        tensors[f"conv2d_{i}/conv2d_{i}/bias:0"] = torch.rand(shape[3])
        for weight in ("gamma", "beta", "moving_mean", "moving_variance"):
            tensors[f"batch_normalization_{i}/batch_normalization_{i}/{weight}:0"] = torch.rand(shape[3])
    for i, (inputs, outputs) in enumerate([(1024, 16), (16, 1)], start=shift):
        tensors[f"dense_{i}/dense_{i}/kernel:0"] = torch.rand(inputs, outputs)
        tensors[f"dense_{i}/dense_{i}/bias:0"] = torch.rand(outputs)
    return tensors


@pytest.mark.parametrize("shift", [1, 8])
def test_layers_are_matched_by_the_order_of_their_numbers(shift: int) -> None:
    tensors, net = _keras_names(shift), Meso4()
    load_strict(net, from_keras(net, tensors))
    last = tensors[f"conv2d_{shift + 3}/conv2d_{shift + 3}/kernel:0"]
    convolutions = [layer for layer in net.modules() if isinstance(layer, torch.nn.Conv2d)]
    assert torch.equal(convolutions[3].weight[5, 2], last[:, :, 2, 5])
    assert torch.equal(net.head.hidden.weight, tensors[f"dense_{shift}/dense_{shift}/kernel:0"].T)


def test_a_layer_too_many_is_named() -> None:
    tensors, net = _keras_names(1), Meso4()
    tensors["dense_3/dense_3/bias:0"] = torch.rand(1)
    with pytest.raises(WeightsKeysDiffer, match="dense_3/dense_3/bias:0"):
        load_strict(net, from_keras(net, tensors))


def test_a_layer_missing_is_an_error() -> None:
    tensors, net = _keras_names(1), Meso4()
    del tensors["conv2d_2/conv2d_2/bias:0"]
    with pytest.raises(WeightsKeysDiffer, match="missing"):
        load_strict(net, from_keras(net, tensors))
