"""compile_net: the fastest float32 form of a net on a device, with the same numbers.

On CPU the net runs through OpenVINO where that is installed (extra ``cpu``; measured 4 times PyTorch
eager on EfficientNet-B7 on two AMD cores, largest difference 5e-9), else in PyTorch with channels last.
On CUDA it runs in PyTorch. Precision is float32 everywhere: faster types would change scores.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any

import torch
from torch import Tensor, nn

Output = Tensor | tuple[Tensor, ...]
CompiledNet = Callable[[Tensor], Any]
"""Maps a float32 tensor on the CPU, any batch size, to the net's output(s) on the CPU."""


def compile_net(net: nn.Module, device: str, *, any_size: bool = False) -> CompiledNet:
    """A callable with the numbers of ``net.eval()``; the work of compiling is done at its first call.

    Args:
        net: takes one float32 tensor; gives one tensor or a tuple of tensors. It belongs to the result from now on.
        device: ``cpu`` or ``cuda``.
        any_size: inputs may differ in more than the batch size; otherwise all have the shape of the first.
    """
    return compile_nets([net], device, any_size=any_size)[0]


def compile_nets(nets: Sequence[nn.Module], device: str, *, any_size: bool = False) -> list[CompiledNet]:
    """As ``compile_net`` for nets that differ in nothing but their weights, which is quicker than one by one."""
    for net in nets:
        net.eval().requires_grad_(False)
    if device == "cpu" and find_spec("openvino"):
        graph = _Graph(users=len(nets))
        return [_OpenVinoNet(net, graph, any_size) for net in nets]
    return [_TorchNet(net, device) for net in nets]


class _TorchNet:
    def __init__(self, net: nn.Module, device: str) -> None:
        self._net = net.to(torch.device(device)).to(memory_format=torch.channels_last)
        self._device = device

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Output:
        memory_format = torch.channels_last if x.ndim == 4 else torch.preserve_format
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):  # TF32 is not float32
            output = self._net(x.to(self._device, memory_format=memory_format))
        return output.cpu() if isinstance(output, Tensor) else tuple(part.cpu() for part in output)


class _OpenVinoNet:
    """Holds the PyTorch net until the first call, afterwards only what OpenVINO has made of it."""

    def __init__(self, net: nn.Module, graph: _Graph, any_size: bool) -> None:
        self._net: nn.Module | None = net
        self._graph: _Graph | None = graph
        self._any_size = any_size
        self._compiled: Any = None

    def __call__(self, x: Tensor) -> Output:
        if self._net is not None and self._graph is not None:
            shape = (-1,) * (x.ndim - 1) if self._any_size else tuple(x.shape[1:])
            self._compiled = _compile(self._graph.of(self._net, x), shape)
            self._net = self._graph = None
        result = self._compiled(x.contiguous().numpy(), share_inputs=True)
        outputs = tuple(torch.from_numpy(result[i].copy()) for i in range(len(result)))
        return outputs[0] if len(outputs) == 1 else outputs


class _Graph:
    """The OpenVINO graph of one architecture: converted from the net called first, rewritten for the others."""

    def __init__(self, users: int) -> None:
        self._waiting = users
        self._model: Any = None

    def of(self, net: nn.Module, example: Tensor) -> Any:
        """An ``openvino.Model`` of ``net``, the caller's own."""
        self._waiting -= 1
        model = _rewritten(self._model, net) if self._model is not None else None
        if model is None:
            model = _convert(net, example)
            self._model = model.clone() if self._waiting else None
        elif not self._waiting:
            self._model = None
        return model


def _rewritten(model: Any, net: nn.Module) -> Any | None:
    """A copy of a graph with the weights of ``net``; None where the graph does not hold each weight by name."""
    from openvino import op

    weights = {key: value for key, value in net.state_dict().items() if not key.endswith("num_batches_tracked")}
    copy = model.clone()
    constants = [node for node in copy.get_ops() if node.get_type_name() == "Constant"]
    named = {node.get_friendly_name().removeprefix("self."): node for node in constants}
    if any(key not in named or tuple(named[key].shape) != tuple(value.shape) for key, value in weights.items()):
        return None
    for key, value in weights.items():
        new = op.Constant(value.numpy(), shared_memory=False)
        for reader in named[key].output(0).get_target_inputs():
            reader.replace_source_output(new.output(0))
    return copy


def _convert(net: nn.Module, example: Tensor) -> Any:
    """An ``openvino.Model``. The frontend is called directly: ``openvino.convert_model`` adds telemetry and 6 s."""
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit is deprecated; OpenVINO's torch.export path is 4 times slower
        traced = torch.jit.trace(net, example, check_trace=False, strict=False)  # type: ignore[no-untyped-call]
    frontend = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced)  # must outlive the conversion
    return frontend.convert(frontend.load(decoder))


def _compile(model: Any, shape: tuple[int, ...]) -> Any:
    import openvino

    model.reshape([-1, *shape])
    options = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    return openvino.Core().compile_model(model, "CPU", options)
