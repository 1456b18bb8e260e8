"""Torch's dice during a run: from the recipe's seed, or from where a stopped run left them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor


@contextmanager
def own_randomness(seed: int, state: Mapping[str, Tensor] | None, device: str) -> Iterator[None]:
    """Inside, torch draws from ``seed``, or goes on from ``state`` where there is one; outside all is as before.

    On CUDA, convolutions whose order of sums may differ from run to run are not used inside.
    """
    on_cuda = device == "cuda"
    with (
        torch.random.fork_rng(devices=[torch.cuda.current_device()] if on_cuda else ()),
        torch.backends.cudnn.flags(deterministic=True, benchmark=False),
    ):
        torch.manual_seed(seed)
        if state is not None:
            torch.set_rng_state(state["cpu"])
            if on_cuda and "cuda" in state:
                torch.cuda.set_rng_state(state["cuda"])
        yield


def random_state(device: str) -> dict[str, Tensor]:
    """What ``own_randomness`` goes on from."""
    states = {"cpu": torch.get_rng_state()}
    if device == "cuda":
        states["cuda"] = torch.cuda.get_rng_state()
    return states
