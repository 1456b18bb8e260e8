"""Loading is strict: keys and shapes must be those of the net."""

from __future__ import annotations

import pytest
import torch

from fakefinder.errors import WeightsKeysDiffer, WeightsShapeDiffers
from fakefinder.weights.load import load_strict


def net() -> torch.nn.Sequential:
    return torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))


def state() -> dict[str, torch.Tensor]:
    return {key: torch.full_like(value, 2) for key, value in net().state_dict().items()}


def test_all_values_arrive() -> None:
    made = net()
    load_strict(made, state())
    assert all(torch.equal(value, torch.full_like(value, 2)) for value in made.state_dict().values())


def test_half_precision_is_cast_to_the_nets_dtype() -> None:
    made = net()
    load_strict(made, {key: value.half() for key, value in state().items()})
    assert made[0].weight.dtype == torch.float32
    assert made[1].num_batches_tracked.dtype == torch.int64
    assert torch.equal(made.state_dict()["0.weight"], torch.full((3, 4), 2.0))


def test_rename_and_ignore() -> None:
    given = {f"old.{key}": value for key, value in state().items()} | {
        "head.weight": torch.zeros(9),
        "old.unused": torch.zeros(1),
    }
    made = net()
    load_strict(
        made,
        given,
        rename=lambda key: None if key == "old.unused" else key.removeprefix("old."),
        ignore=("head.*",),
    )
    assert torch.equal(made.state_dict()["0.bias"], torch.full((3,), 2.0))


def test_a_missing_counter_keeps_its_value_and_one_too_many_is_left_out() -> None:
    given = state()
    del given["1.num_batches_tracked"]
    given["7.num_batches_tracked"] = torch.tensor(5)
    made = net()
    load_strict(made, given)
    assert made[1].num_batches_tracked == 0


@pytest.mark.parametrize("key", ["0.weight", "1.running_var"])
def test_a_missing_key_is_named(key: str) -> None:
    given = state()
    del given[key]
    with pytest.raises(WeightsKeysDiffer, match=f"1 missing \\({key}\\)"):
        load_strict(net(), given)


def test_unexpected_keys_are_named_the_first_three() -> None:
    extra = {f"extra.{number}": torch.zeros(1) for number in range(5)}
    with pytest.raises(WeightsKeysDiffer, match=r"5 not expected \(extra\.0, extra\.1, extra\.2, \.\.\.\)"):
        load_strict(net(), state() | extra)


def test_a_wrong_shape_names_key_and_both_shapes() -> None:
    with pytest.raises(WeightsShapeDiffers, match=r"0\.weight .*\(3, 5\).*\(3, 4\)"):
        load_strict(net(), state() | {"0.weight": torch.zeros(3, 5)})


def test_two_keys_for_one_parameter_are_refused() -> None:
    with pytest.raises(WeightsKeysDiffer, match="Two keys"):
        load_strict(net(), state() | {"twin.0.weight": torch.zeros(3, 4)}, rename=lambda key: key.removeprefix("twin."))


def test_nothing_is_loaded_where_something_does_not_fit() -> None:
    made = net()
    before = {key: value.clone() for key, value in made.state_dict().items()}
    with pytest.raises(WeightsShapeDiffers):
        load_strict(made, state() | {"1.bias": torch.zeros(4)})
    assert all(torch.equal(value, before[key]) for key, value in made.state_dict().items())
