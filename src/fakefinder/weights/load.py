"""From a state dict to a net, strictly: no key missing, none too many, every shape equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fakefinder.errors import WeightsKeysDiffer, WeightsShapeDiffers
from fakefinder.weights.read import read_published

if TYPE_CHECKING:
    import torch

__all__ = ["inside", "load_strict", "read_published"]

_COUNTER = "num_batches_tracked"
"""A batch-norm counter that no forward pass in eval mode reads; old files lack it."""


def load_strict(
    net: torch.nn.Module,
    tensors: Mapping[str, torch.Tensor],
    *,
    rename: Callable[[str], str | None] | None = None,
    ignore: Sequence[str] = (),
) -> None:
    """Put ``tensors`` into ``net``, each cast to the dtype of the parameter that it fills.

    The net may have been made on torch's ``meta`` device, which spends no time on weights that are replaced here.

    ``rename`` maps a published key to the net's key (None: the key is not used); ``ignore`` holds
    globs of published keys that may be there and are not used. ``num_batches_tracked`` may be
    missing or too many; nothing else may.

    Raises:
        WeightsKeysDiffer: keys missing, not expected, or two renamed to one.
        WeightsShapeDiffers: a tensor has another shape than the net's.
    """
    import torch

    own = net.state_dict()
    given = _renamed(tensors, rename, ignore)
    given = {key: value for key, value in given.items() if key in own or not key.endswith(_COUNTER)}
    kept = {key: torch.zeros_like(value, device="cpu") for key, value in own.items() if key.endswith(_COUNTER)}
    _check_keys(type(net).__name__, own.keys() - kept.keys() - given.keys(), given.keys() - own.keys())
    for key, value in given.items():
        if value.shape != own[key].shape:
            raise WeightsShapeDiffers(
                f"{type(net).__name__}: {key} has shape {tuple(value.shape)} in the file "
                f"and {tuple(own[key].shape)} in the net.",
                hint="The file belongs to another net, or to another number of classes.",
            )
    cast = {key: value.to(own[key].dtype) for key, value in given.items()}
    net.load_state_dict({**kept, **cast}, strict=True, assign=True)


def inside(prefix: str, published: str) -> str:
    """A key without the ``prefix`` that all keys of a published layout have.

    A bare key that would fit the net is none of that layout; it gets a name that no net has, so that strict loading
    names it.

    >>> inside("encoder.", "encoder.bn1.bias"), inside("encoder.", "bn1.bias")
    ('bn1.bias', '?.bn1.bias')
    """
    return published.removeprefix(prefix) if published.startswith(prefix) else f"?.{published}"


def _renamed(
    tensors: Mapping[str, torch.Tensor], rename: Callable[[str], str | None] | None, ignore: Sequence[str]
) -> dict[str, torch.Tensor]:
    result: dict[str, torch.Tensor] = {}
    for published, value in tensors.items():
        if any(fnmatchcase(published, pattern) for pattern in ignore):
            continue
        key = rename(published) if rename else published
        if key is None:
            continue
        if key in result:
            raise WeightsKeysDiffer(f"Two keys of the file stand for {key!r}; one of them is {published!r}.")
        result[key] = value
    return result


def _check_keys(net: str, missing: Iterable[str], unexpected: Iterable[str]) -> None:
    differences = [
        f"{len(keys)} {what} ({', '.join(keys[:3])}{', ...' if len(keys) > 3 else ''})"
        for what, keys in (("missing", sorted(missing)), ("not expected", sorted(unexpected)))
        if keys
    ]
    if differences:
        raise WeightsKeysDiffer(
            f"The file's keys are not those of {net}: {' and '.join(differences)}.",
            hint="The file belongs to another net or to another version of it.",
        )
