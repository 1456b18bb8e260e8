"""compile_net: the fastest float32 form of a net on a device, with the same numbers.

On CPU the net runs through OpenVINO where that is installed (extra ``cpu``; measured 4 times PyTorch
eager on EfficientNet-B7 on two AMD cores, largest difference 5e-9), else in PyTorch with channels last.
On CUDA it runs in PyTorch. Precision is float32 everywhere: faster types would change scores.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
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
    net = net.eval().requires_grad_(False)
    if device == "cpu" and find_spec("openvino"):
        return _OpenVinoNet(net, any_size)
    return _TorchNet(net, device)


class _TorchNet:
    def __init__(self, net: nn.Module, device: str) -> None:
        self._net = net.to(torch.device(device)).to(memory_format=torch.channels_last)
        self._device = device

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Output:
        memory_format = torch.channels_last if x.ndim == 4 else torch.preserve_format
        output = self._net(x.to(self._device, memory_format=memory_format))
        return output.cpu() if isinstance(output, Tensor) else tuple(part.cpu() for part in output)


class _OpenVinoNet:
    """Holds the PyTorch net until the first call, afterwards only what OpenVINO has made of it."""

    def __init__(self, net: nn.Module, any_size: bool) -> None:
        self._net: nn.Module | None = net
        self._any_size = any_size
        self._compiled: Any = None

    def __call__(self, x: Tensor) -> Output:
        if self._net is not None:
            shape = (-1,) * (x.ndim - 1) if self._any_size else tuple(x.shape[1:])
            self._compiled = _compile(_convert(self._net, x), shape)
            self._net = None
        result = self._compiled(x.contiguous().numpy(), share_inputs=True)
        outputs = tuple(torch.from_numpy(result[i].copy()) for i in range(len(result)))
        return outputs[0] if len(outputs) == 1 else outputs


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
