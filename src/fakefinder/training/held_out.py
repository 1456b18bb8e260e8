"""The faces that are kept for measuring, chosen so that they stay the same when others come and go."""

from __future__ import annotations

from collections.abc import Sequence


def held_out(sha256s: Sequence[str], share: float) -> set[str]:
    """Those of ``sha256s`` that are held out: about ``share`` of them, at least one.

    The first 32 bits of a file's sha256, as a number from 0 to 1, decide: neither its name nor the other files do, and
    two copies of a file are on the same side. Each file counts as a person of its own: where a person is in several
    files, take only one of them.
    """
    chosen = {sha256 for sha256 in sha256s if int(sha256[:8], 16) / 2**32 < share}
    return chosen or {min(sha256s)}
