"""P-Net, R-Net and O-Net: the three nets of MTCNN (Zhang et al., 2016), with the weights that come with this package.

All three take float32 (N, 3, height, width) with RGB pixels 0..255; the normalisation to (x - 127.5) / 128 is theirs.
Layer names are those of facenet-pytorch, from which the weights were converted (``tools/convert_mtcnn.py``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from safetensors.torch import load
from torch import Tensor, nn

from fakefinder.errors import WeightsAltered

WEIGHTS = Path(__file__).with_name("mtcnn.safetensors")
WEIGHTS_SHA256 = "45209c89a01a216d7ae9baf3fa8e506dfb0e8ff1269007ce26e28338a9148cd3"


def _pool(kernel: int, stride: int) -> nn.MaxPool2d:
    return nn.MaxPool2d(kernel, stride, ceil_mode=True)


def _normalised(pixels: Tensor) -> Tensor:
    return (pixels - 127.5) * 0.0078125


def _flat(maps: Tensor) -> Tensor:
    """(N, width * height * channels): the weights come from a column-major toolbox."""
    return maps.permute(0, 3, 2, 1).flatten(1)


class PNet(nn.Module):
    """Proposes faces all over a picture: one answer for each 12 x 12 pixels, 2 pixels apart."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 10, 3), nn.PReLU(10), _pool(2, 2)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """P(face) (N, rows, columns) and corner shifts x1, y1, x2, y2 in box sides (N, 4, rows, columns)."""
        x = self.pool1(self.prelu1(self.conv1(_normalised(pixels))))
        x = self.prelu2(self.conv2(x))
        x = self.prelu3(self.conv3(x))
        return self.conv4_1(x).softmax(1)[:, 1], self.conv4_2(x)


class RNet(nn.Module):
    """Judges and refines proposals, given as 24 x 24 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 28, 3), nn.PReLU(28), _pool(3, 2)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(28, 48, 3), nn.PReLU(48), _pool(3, 2)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """P(face) (N,) and corner shifts x1, y1, x2, y2 in box sides (N, 4)."""
        x = self.pool1(self.prelu1(self.conv1(_normalised(pixels))))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.prelu4(self.dense4(_flat(self.prelu3(self.conv3(x)))))
        return self.dense5_1(x).softmax(1)[:, 1], self.dense5_2(x)


class ONet(nn.Module):
    """Judges and refines once more, given 48 x 48 pixels, and places five landmarks."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 32, 3), nn.PReLU(32), _pool(3, 2)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(32, 64, 3), nn.PReLU(64), _pool(3, 2)
        self.conv3, self.prelu3, self.pool3 = nn.Conv2d(64, 64, 3), nn.PReLU(64), _pool(2, 2)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2, self.dense6_3 = nn.Linear(256, 2), nn.Linear(256, 4), nn.Linear(256, 10)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """P(face) (N,), corner shifts (N, 4) and landmarks (N, 10) in box sides: five x, then five y."""
        x = self.pool1(self.prelu1(self.conv1(_normalised(pixels))))
        x = self.pool2(self.prelu2(self.conv2(x)))
        x = self.pool3(self.prelu3(self.conv3(x)))
        x = self.prelu5(self.dense5(_flat(self.prelu4(self.conv4(x)))))
        return self.dense6_1(x).softmax(1)[:, 1], self.dense6_2(x), self.dense6_3(x)


def load_mtcnn(weights: Path = WEIGHTS) -> tuple[PNet, RNet, ONet]:
    """The three nets in eval mode on the CPU, with the published weights.

    Raises:
        WeightsAltered: the file is not the one that was shipped.
    """
    content = weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != WEIGHTS_SHA256:
        raise WeightsAltered(
            f"The face finder's weights in {weights} are not the ones that came with FakeFinder.",
            hint="Install the fakefinder package again.",
        )
    tensors = load(content)
    nets = PNet(), RNet(), ONet()
    for prefix, net in zip(("pnet.", "rnet.", "onet."), nets, strict=True):
        net.load_state_dict({key.removeprefix(prefix): t for key, t in tensors.items() if key.startswith(prefix)})
        net.eval().requires_grad_(False)
    return nets
