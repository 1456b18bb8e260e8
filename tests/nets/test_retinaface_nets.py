"""RetinaFace: the layout of its answers, and that its layers are named as in the published files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from fakefinder.nets.compile import compile_net
from fakefinder.nets.retinaface import Body, retinaface
from fakefinder.weights.load import load_strict, read_published


def _seeded(body: Body) -> torch.nn.Module:
    torch.manual_seed(0)
    return retinaface(body).eval()


@pytest.mark.parametrize("body", ["mobilenet0.25", "resnet50"])
@pytest.mark.parametrize(("size", "places"), [((64, 96), 96 + 24 + 6), ((33, 50), 5 * 7 + 3 * 4 + 2 * 2), ((1, 1), 3)])
@torch.inference_mode()
def test_two_answers_for_each_place(body: Body, size: tuple[int, int], places: int) -> None:
    boxes, faces, landmarks = _seeded(body)(torch.rand(1, 3, *size))
    assert boxes.shape == (1, 2 * places, 4)
    assert faces.shape == (1, 2 * places)
    assert landmarks.shape == (1, 2 * places, 10)
    assert ((faces > 0) & (faces < 1)).all()


@torch.inference_mode()
def test_answers_of_the_first_map_come_row_by_row_with_both_of_a_place_together() -> None:
    net = _seeded("mobilenet0.25")
    head = net.get_submodule("BboxHead.0")
    maps: list[torch.Tensor] = []
    head.register_forward_hook(lambda _, inputs, __: maps.append(inputs[0]))
    boxes, _, _ = net(torch.rand(1, 3, 64, 96))
    values = head.get_submodule("conv1x1")(maps[0])
    assert torch.equal(boxes[0, 1], values[0, 4:, 0, 0]), "second anchor of the first place"
    assert torch.equal(boxes[0, 2], values[0, :4, 0, 1]), "first anchor of the second column"
    assert torch.equal(boxes[0, 2 * 12], values[0, :4, 1, 0]), "first anchor of the second row of 12 places"


@torch.inference_mode()
def test_a_compiled_net_takes_sizes_that_are_no_multiple_of_the_strides() -> None:
    net = _seeded("mobilenet0.25")
    pictures = [torch.rand(2, 3, height, width) * 255 - 128 for height, width in ((64, 96), (45, 77), (101, 40))]
    wanted = [net(picture) for picture in pictures]
    compiled = compile_net(net, "cpu", (3, 64, 96), any_size=True)
    for picture, answers in zip(pictures, wanted, strict=True):
        for ours, expected in zip(compiled(picture), answers, strict=True):
            assert torch.allclose(ours, expected, atol=1e-4, rtol=1e-4)


def test_the_published_mobilenet_file_fits_without_a_key_map(shared: Path) -> None:
    with torch.device("meta"):
        net = retinaface("mobilenet0.25")
    load_strict(net, read_published(shared / "weights" / "mobilenet0.25_Final.pth"))
    # 1.7 MB of the file's 1.8 MB as float32; the rest are running means and variances.
    assert sum(parameter.numel() for parameter in net.parameters()) == 426_608


def test_the_layers_on_resnet50_are_those_of_the_published_file(golden: Path) -> None:
    published = json.loads((golden / "manifests" / "wm.json").read_text())["key_sets"]["RetinaFace resnet50:float32"]
    with torch.device("meta"):
        state = retinaface("resnet50").state_dict()
    assert {key: list(tensor.shape) for key, tensor in state.items()} == {
        k: shape for k, (shape, _) in published.items()
    }
