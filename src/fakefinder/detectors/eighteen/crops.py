"""What is seen of the judged faces: the frames that are sampled, and a square of one size for all of a face's crops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2

from fakefinder.detectors.crops import FRAMES_AT_ONCE, resized, sampling_base
from fakefinder.detectors.eighteen.tracks import Rectangle, in_whole_pixels, stand_ins
from fakefinder.faces.crop import FaceCrop, crop, thumbnail
from fakefinder.faces.finder import FaceBox, FaceFinder, find_faces
from fakefinder.faces.track import FaceTrack
from fakefinder.media.aside import FramesAside, frames_aside
from fakefinder.media.sample import batches
from fakefinder.media.video import Frame, Video, VideoInfo

FRAMES = 160
"""About so many frames of a video are sampled, in equal steps from the first on."""
MARGIN = 1.3
"""Side of a crop over the longer side of the face's box."""
SIDES = (256, 299)
"""Of the nets' inputs."""

Size = tuple[int, int]
"""Width and height of a frame."""


def sampled_indices(info: VideoInfo) -> tuple[range, str | None]:
    """The frames that are looked at, and the recipe's name where that is not the published one.

    The step is from the number of frames that the header states, and leads to the real end. Where the header states far
    too few, the counted number is taken (``counted``): the published system would run out of memory.
    """
    count, recipe = sampling_base(info)
    indices = range(0, info.frame_count, _step(count))
    if len(indices) > 2 * FRAMES:
        return range(0, info.frame_count, _step(info.frame_count)), "counted"
    return indices, recipe


def _step(count: int) -> int:
    return max(1, -(-count // FRAMES))


@dataclass(frozen=True)
class Looked:
    """What was looked at: index, time in seconds and size of each frame, and its faces, best first.

    ``aside`` has those frames that show a face.
    """

    aside: FramesAside
    indices: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    faces: list[list[FaceBox]] = field(default_factory=list)

    @property
    def rectangles(self) -> list[list[Rectangle]]:
        """The faces of each frame in whole pixels."""
        return [[in_whole_pixels(box) for box in boxes] for boxes in self.faces]

    def boxes(self, track: FaceTrack) -> list[FaceBox]:
        """The boxes of a track."""
        return [self.faces[seen.position][seen.box] for seen in track.seen]


def look(video: Video, frames: Iterable[Frame], finder: FaceFinder) -> Looked:
    """The faces in ``frames``; those frames that show any are put aside."""
    looked = Looked(frames_aside(video))
    for batch in batches(frames, FRAMES_AT_ONCE):
        for frame, boxes in zip(batch, find_faces(video, batch, finder), strict=True):
            looked.indices.append(frame.index)
            looked.times.append(frame.time_seconds)
            looked.sizes.append((frame.width, frame.height))
            looked.faces.append(boxes)
            if boxes:
                looked.aside.put(frame)
    return looked


def square_side(rectangles: Iterable[Rectangle], sizes: Sequence[Size]) -> int:
    """The side of all crops of a face, even: the largest that one of its boxes asks for and its frame has room for.

    ``sizes`` are those of the boxes' frames. The result is not positive where all boxes are empty or outside.
    """
    sides = []
    for (x1, y1, x2, y2), (width, height) in zip(rectangles, sizes, strict=True):
        side = int(max(x2 - x1, y2 - y1) * MARGIN)
        left = max((x1 + x2) // 2 - side // 2, 0)
        top = max((y1 + y2) // 2 - side // 2, 0)
        sides.append(min(side, width - left, height - top))
    return min(max(sides) // 2 * 2, *map(min, sizes))


def square(rectangle: Rectangle, side: int, size: Size) -> Rectangle:
    """Left, top, right and bottom of a crop: centred on the box, and moved inwards where it would leave the frame."""
    x1, y1, x2, y2 = rectangle
    left = min(max((x1 + x2) // 2 - side // 2, 0), size[0] - side)
    top = min(max((y1 + y2) // 2 - side // 2, 0), size[1] - side)
    return left, top, left + side, top + side


@dataclass(frozen=True)
class Face:
    """A judged face: ``crops[side]`` has one crop for each frame in which it was seen.

    ``shown``: for each sampled frame, which crop stands for it.
    """

    shown: list[int]
    crops: dict[int, list[FaceCrop]]

    def at(self, side: int, positions: Iterable[int]) -> list[FaceCrop]:
        """The crops for some of the sampled frames."""
        return [self.crops[side][self.shown[position]] for position in positions]


def cut(looked: Looked, track: FaceTrack) -> Face | None:
    """The crops of a track; None where all of its boxes are empty or outside the frames."""
    boxes = looked.boxes(track)
    rectangles = [in_whole_pixels(box) for box in boxes]
    sizes = [looked.sizes[seen.position] for seen in track.seen]
    side = square_side(rectangles, sizes)
    if side <= 0:
        return None
    crops: dict[int, list[FaceCrop]] = {length: [] for length in SIDES}
    for seen, box, rectangle, size in zip(track.seen, boxes, rectangles, sizes, strict=True):
        frame = looked.aside.get(looked.indices[seen.position])
        pixels = crop(frame.rgb, square(rectangle, side, size))
        for length, of_this_length in crops.items():
            rgb = resized(pixels, length, length, cv2.INTER_LINEAR)
            of_this_length.append(FaceCrop(frame.index, frame.time_seconds, box, rgb))
    return Face(stand_ins(track, len(looked.times)), crops)


def clearest(looked: Looked, track: FaceTrack) -> bytes:
    """A thumbnail of the face where the finder is most sure of it."""
    seen, box = max(zip(track.seen, looked.boxes(track), strict=True), key=lambda one: one[1].confidence)
    return thumbnail(looked.aside.get(looked.indices[seen.position]), box)
