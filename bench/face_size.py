"""How small may a face be? The area under the ROC curve of blend's nets on held-out faces of fewer and fewer pixels.

    python -m bench.face_size PORTRAITS RUN WEIGHTS.safetensors ...

RUN is the folder of a finished `fakefinder train --real PORTRAITS`. Each held-out pair is shrunk so that the longer
side of the face's box has the given number of pixels, and enlarged to the nets' input, as detection does with a small
face.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from fakefinder.detectors.blend.calibration import INTERCEPT_KEY, SLOPE_KEY
from fakefinder.detectors.blend.crops import INPUT_SIZE, MARGIN
from fakefinder.media.video import RGB
from fakefinder.nets.efficientnet_lite import efficientnet_lite0
from fakefinder.training.blend import material
from fakefinder.training.examples import HELD_OUT_SEED, BlendedPairs
from fakefinder.training.measure import figures
from fakefinder.training.picture_files import picture_files
from fakefinder.training.recipe import read_recipe
from fakefinder.weights.load import load_strict, read_published

FACES_PX = (24, 32, 48, 64, 96, 128, 160)
ROUNDS = 4


def net_of(file: Path) -> nn.Module:
    """The net with these weights, ready to judge."""
    net = efficientnet_lite0()
    tensors = {key: value.float() for key, value in read_published(file).items()}
    load_strict(net, {key: value for key, value in tensors.items() if key not in (SLOPE_KEY, INTERCEPT_KEY)})
    return net.eval()


@torch.no_grad()
def logit(nets: Sequence[nn.Module], rgb: RGB, face_px: int) -> float:
    """The nets' mean logit of a crop whose face has ``face_px`` pixels."""
    side = round(face_px * (1 + MARGIN))
    small = cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (INPUT_SIZE, INPUT_SIZE), interpolation=cv2.INTER_LINEAR)
    x = torch.from_numpy(large).permute(2, 0, 1)[None].float() / 127.5 - 1
    return float(np.mean([net(x).item() for net in nets]))


def main() -> None:
    """Read the arguments and print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("portraits", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("weights", type=Path, nargs="+")
    given = parser.parse_args()
    nets = [net_of(file) for file in given.weights]
    recipe = read_recipe(given.run / "recipe.toml")
    held = material(given.portraits, picture_files(given.portraits), given.run, recipe).held
    pairs = BlendedPairs(held, INPUT_SIZE, HELD_OUT_SEED)
    pictures = [rgb for number in range(ROUNDS) for i in range(len(pairs)) for rgb in pairs[number, i].numpy()]
    labels = np.tile([0.0, 1.0], len(pictures) // 2)
    print(f"{len(pictures)} crops of {len(held)} faces")
    for face_px in FACES_PX:
        found = figures(np.array([logit(nets, rgb, face_px) for rgb in pictures]), labels)
        print(f"{face_px:4} px: AUC {found.auc:.3f}, log loss {found.loss:.3f}")


if __name__ == "__main__":
    main()
