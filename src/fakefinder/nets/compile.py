"""compile_net: the fastest float32 form of a net on a device, with the same numbers.

On CPU the net runs through OpenVINO where that is installed (extra ``cpu``; measured 4 times PyTorch
eager on EfficientNet-B7 on two AMD cores, largest difference 5e-9), else in PyTorch with channels last.
On CUDA it runs in PyTorch. Precision is float32 everywhere: faster types would change scores.
"""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fakefinder.nets.kept import keep_graph, let_go, read_graph
from fakefinder.nets.memory import give_back_freed

Output = Tensor | tuple[Tensor, ...]
Build = Callable[[], nn.Module]
CompiledNet = Callable[[Tensor], Any]
"""Maps a float32 tensor on the CPU, any batch size, to the net's output(s) on the CPU."""
CLIP_AXES = 5
"""Of an input (N, 3, frames, height, width). OpenVINO would keep memory for the next clip, and more for each number of
frames that it has seen: measured for SlowFast-50, 610 MB after 160 frames of 256 x 256, and 20 MB for each number.
Giving the one back takes 0.05 s, and doing without the other no time that could be measured. Nets for any size of
picture give it back too: 90 MB of DSFD, in a time that could not be measured."""


def compile_net(net: nn.Module, device: str, shape: tuple[int, ...], *, any_size: bool = False) -> CompiledNet:
    """A callable with the numbers of ``net.eval()``, which is made in the background; a call waits until it is there.

    Args:
        net: takes one float32 tensor; gives one tensor or a tuple of tensors. It belongs to the result from now on.
        device: ``cpu`` or ``cuda``.
        shape: of one input, without the batch axis, e.g. (3, height, width).
        any_size: inputs may differ in size too; ``shape`` is then an example.
    """
    return _compile_all([(lambda: net, None)], device, shape, any_size=any_size)[0]


def compile_nets(
    builds: Mapping[Path, Build], device: str, shape: tuple[int, ...], *, any_size: bool = False
) -> list[CompiledNet]:
    """As ``compile_net``, for nets that are not even built where their graphs were kept by an earlier process.

    Args:
        builds: what makes each net, and the folder in which its graph is, or will be, kept. The folder's name must
            change whenever the net or its weights do. Nets that differ only in weights are converted once.
        device, shape, any_size: as for ``compile_net``.
    """
    return _compile_all([(build, folder) for folder, build in builds.items()], device, shape, any_size=any_size)


def settle() -> None:
    """Return when all nets that were given to this module are compiled, and their graphs kept."""
    _background().submit(lambda: None).result()


def _compile_all(
    builds: Sequence[tuple[Build, Path | None]], device: str, shape: tuple[int, ...], *, any_size: bool
) -> list[CompiledNet]:
    if device == "cpu" and find_spec("openvino"):
        graphs = _Graphs(torch.zeros(1, *shape), any_size=any_size)
        return [_OpenVinoNet(build, folder, graphs) for build, folder in builds]
    return [_TorchNet(_frozen(build()), device) for build, _ in builds]


def _frozen(net: nn.Module) -> nn.Module:
    return net.eval().requires_grad_(False)


class _TorchNet:
    def __init__(self, net: nn.Module, device: str) -> None:
        over_time = any(isinstance(layer, nn.Conv3d) for layer in net.modules())  # whose weights have no such layout
        layout = torch.preserve_format if over_time else torch.channels_last
        self._net = net.to(torch.device(device)).to(memory_format=layout)
        self._device = device

    @torch.inference_mode()
    def __call__(self, x: Tensor) -> Output:
        memory_format = torch.channels_last if x.ndim == 4 else torch.preserve_format
        with torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False):  # TF32 is not float32
            output = self._net(x.to(self._device, memory_format=memory_format))
        return output.cpu() if isinstance(output, Tensor) else tuple(part.cpu() for part in output)


class _OpenVinoNet:
    """What OpenVINO makes of a net; the PyTorch net is let go once that is there."""

    def __init__(self, build: Build, folder: Path | None, graphs: _Graphs) -> None:
        self._compiled: Future[Any]
        graph = read_graph(folder) if folder else None
        if graph:
            self._compiled = _background().submit(graphs.of_graph, graph, folder)
        else:
            settle()  # one net at a time is in memory as PyTorch's, as a graph and compiled
            net = [_frozen(build())]
            self._compiled = _background().submit(graphs.of_net, net.pop, folder)
            _background().submit(_forget_nets)
        self._folder = folder
        self._any_size = graphs.any_size
        self._shapes: set[torch.Size] = set()

    def __call__(self, x: Tensor) -> Output:
        compiled = self._compiled.result()
        result = compiled(x.contiguous().numpy(), share_inputs=True)
        outputs = tuple(torch.from_numpy(result[i].copy()) for i in range(len(result)))
        self._shed(compiled, x.shape)
        return outputs[0] if len(outputs) == 1 else outputs

    def _shed(self, compiled: Any, shape: torch.Size) -> None:
        """Give back the memory that is not needed until the next call."""
        is_clip = len(shape) == CLIP_AXES
        is_new = shape not in self._shapes
        if self._any_size or is_clip:
            compiled.release_memory()
        if self._folder and is_new:  # only for inputs of a new shape are weights read anew
            let_go(self._folder)
            self._shapes.add(shape)
        if is_clip or (self._folder and is_new):
            give_back_freed()


@cache
def _background() -> ThreadPoolExecutor:
    """One thread: decoding and the search for faces need the other processors meanwhile."""
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="compile")


def _forget_nets() -> None:
    """Give back the memory of what the latest graph was made from, some of which refers to itself."""
    gc.collect()
    give_back_freed()


class _Graphs:
    """Compiles nets of one input shape; a net like the one before, but for weights, gets a rewritten graph."""

    def __init__(self, example: Tensor, *, any_size: bool) -> None:
        self.any_size = any_size
        self._example = example
        self._shape = (-1,) * (example.ndim - 1) if any_size else tuple(example.shape[1:])
        self._latest: tuple[str, Any] = "", None

    def of_net(self, take: Callable[[], nn.Module], folder: Path | None) -> Any:
        """An ``openvino.CompiledModel`` of a net, whose graph is kept in ``folder``; nobody else may hold the net."""
        net = take()
        layers, model = repr(net), None
        if layers == self._latest[0]:
            model = _rewritten(self._latest[1], net)
        if model is None:
            model = _convert(net, self._example)
        self._latest = layers, model.clone()
        _fold(model)
        if folder:
            keep_graph(model, folder)
            model = read_graph(folder) or model  # the weights of the former are pages of the file
        del net
        return self.of_graph(model, folder)

    def of_graph(self, model: Any, folder: Path | None) -> Any:
        """An ``openvino.CompiledModel`` of a graph that is kept in ``folder``."""
        compiled = _compile(model, self._shape)
        if folder:
            let_go(folder)
        return compiled


def _fold(model: Any) -> None:
    """Put batch norms into the weights beside them, as OpenVINO else does in a second copy of all weights."""
    # The name is private, and has been this since 2021; openvino.convert_model calls it too.
    from openvino._offline_transformations import apply_moc_transformations

    apply_moc_transformations(model, cf=True)


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
    if len(shape) + 1 == CLIP_AXES:
        options["CPU_RUNTIME_CACHE_CAPACITY"] = "0"
    return openvino.Core().compile_model(model, "CPU", options)
