"""Where decoding may start: at IDR pictures (ITU-T H.264 7.4.1.2.4, H.265 7.4.2.2).

A key frame's flag alone is not enough: after recovery points and open groups the first pictures differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator


def entry_test(codec: str, extradata: bytes) -> Callable[[bytes], bool]:
    """What tells whether decoding may start at a packet with these bytes; never, for codecs without IDR pictures.

    ``extradata`` is the codec's header in the container (avcC, hvcC), which tells how long the length prefixes are.
    """
    if codec == "h264":
        shift, mask, idr, length_at = 0, 0x1F, {5}, 4
    elif codec == "hevc":
        shift, mask, idr, length_at = 1, 0x3F, {19, 20}, 21
    else:
        return lambda _: False
    length_size = (extradata[length_at] & 3) + 1 if extradata[:1] == b"\x01" and len(extradata) > length_at else None
    return lambda packet: any((byte >> shift) & mask in idr for byte in _nal_headers(packet, length_size))


def _nal_headers(data: bytes, length_size: int | None) -> Iterator[int]:
    """The first byte of each NAL unit, with length prefixes (MP4, Matroska) or start codes (streams)."""
    if length_size is None:
        at = data.find(b"\0\0\1")
        while 0 <= at < len(data) - 3:
            yield data[at + 3]
            at = data.find(b"\0\0\1", at + 3)
        return
    at = 0
    while at + length_size < len(data):
        yield data[at + length_size]
        at += length_size + int.from_bytes(data[at : at + length_size])
