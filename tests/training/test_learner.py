"""One step, by hand: averaged weights, sharpness-aware steps, cut gradients, smoothed labels."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fakefinder.training.average import MovingAverage
from fakefinder.training.learner import Learner, labels_of
from fakefinder.training.recipe import TrainingRecipe, read_recipe
from fakefinder.training.sharpness import uphill


class Brightness(nn.Module):
    """One weight, times the mean of the input."""

    def __init__(self, weight: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[weight]]))

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(dim=(1, 2, 3))[:, None] @ self.weight


def recipe(**changes: float) -> TrainingRecipe:
    plain = {"weight_decay": 0.0, "label_smoothing": 0.0, "sam_rho": 0.0, "gradient_norm": 1e9}
    return read_recipe(None).model_copy(update=plain | changes)


def pairs(real: int, fake: int) -> Tensor:
    """One pair of pictures of one colour each."""
    return torch.stack([torch.full((4, 4, 3), value, dtype=torch.uint8) for value in (real, fake)])[None]


def test_the_average_follows_quickly_at_first() -> None:
    """By hand: shares kept are 1/10, 2/11, then 0.2; from 0 with weights 1, 2, 3: 0.9, 1.8, 2.76."""
    net = nn.BatchNorm1d(1)
    net.weight.data.zero_()
    average = MovingAverage(net, 0.2)
    seen = []
    for value in (1.0, 2.0, 3.0):
        net.weight.data.fill_(value)
        net.load_state_dict(net.state_dict() | {"num_batches_tracked": torch.tensor(7 * value).long()})
        average.update(net)
        seen.append(float(average.net.state_dict()["weight"]))
    assert seen == pytest.approx([0.9, 0.9 * 2 / 11 + 2 * 9 / 11, (0.9 * 2 / 11 + 2 * 9 / 11) * 0.2 + 3 * 0.8])
    assert int(average.net.state_dict()["num_batches_tracked"]) == 21
    assert not average.net.training


def test_uphill_moves_along_the_gradient_and_back() -> None:
    """By hand: the gradient (3, 4) has length 5, so that 0.5 along it is (0.3, 0.4)."""
    line, norm = nn.Linear(2, 1, bias=False), nn.BatchNorm1d(1)
    net, weight = nn.Sequential(line, norm), line.weight
    weight.data = torch.tensor([[1.0, 1.0]])
    weight.grad = torch.tensor([[3.0, 4.0]])
    running = norm.state_dict()["running_mean"].clone()
    with uphill(net, 0.5):
        assert weight.detach().tolist() == [pytest.approx([1.3, 1.4])]
        assert weight.grad is None
        net(torch.tensor([[5.0, 5.0], [1.0, 0.0]]))
    assert weight.detach().tolist() == [[1.0, 1.0]]
    assert torch.equal(norm.state_dict()["running_mean"], running)
    assert norm.momentum == 0.1


def test_the_loss_is_that_of_smoothed_labels() -> None:
    """By hand: weight 2 on brightness 0 (real) and 1 (fake) gives the logits 0 and 2; targets 0.1 and 0.9."""
    loss = Learner(Brightness(2.0), lambda x: x, recipe(label_smoothing=0.2), "cpu").learn(pairs(0, 255), 0.0)
    real = torch.tensor(0.5).log()
    p = torch.tensor(2.0).sigmoid()
    fake = 0.9 * p.log() + 0.1 * (1 - p).log()
    assert loss == pytest.approx(float(-(real + fake) / 2), abs=1e-6)
    assert labels_of(torch.zeros(2, 2, 4, 4, 3)).tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize("rho", [0.0, 0.3])
def test_a_step_goes_down_the_gradient_of_the_place_asked_for(rho: float) -> None:
    """AdamW's first step is the learning rate long; what is measured is the gradient that it was given.

    The gradient of a fake of brightness 1 and a real one of brightness 0 is (sigmoid(w) - 1) / 2, negative, so that
    uphill is at w - rho.
    """
    learner = Learner(Brightness(1.0), lambda x: x, recipe(sam_rho=rho), "cpu")
    learner.learn(pairs(0, 255), 0.01)
    state = learner.state_dict()
    place = torch.tensor(1.0 - rho)
    expected = (place.sigmoid() - 1) / 2
    assert float(state["optimiser"]["state"][0]["exp_avg"]) == pytest.approx(0.1 * float(expected), rel=1e-4)
    assert float(state["net"]["weight"]) == pytest.approx(1.01, abs=1e-5)


def test_long_gradients_are_cut() -> None:
    learner = Learner(Brightness(0.0), lambda x: x, recipe(gradient_norm=0.001), "cpu")
    learner.learn(pairs(0, 255), 0.01)
    assert float(learner.state_dict()["optimiser"]["state"][0]["exp_avg"]) == pytest.approx(-0.0001, rel=1e-3)


def test_judging_uses_the_averaged_weights() -> None:
    learner = Learner(Brightness(1.0), lambda x: x * 2, recipe(average_decay=0.0), "cpu")
    assert learner.judge(pairs(0, 255)[0]).tolist() == pytest.approx([0.0, 2.0])
    learner.learn(pairs(0, 255), 0.5)
    assert learner.judge(pairs(0, 255)[0]).tolist() == pytest.approx([0.0, 3.0], abs=1e-4)
