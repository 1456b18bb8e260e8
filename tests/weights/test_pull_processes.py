"""Pull in other processes: two at once, and one that is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakefinder.weights.catalogue import Catalogue
from fakefinder.weights.store import WeightStore

PULL = """
import sys
from pathlib import Path
from fakefinder.weights.catalogue import Catalogue
from fakefinder.weights.store import WeightStore

store = WeightStore(Path(sys.argv[1]), catalogue=Catalogue.model_validate_json(sys.argv[2]))
print("begun", flush=True)
print(store.pull("probe").version)
"""


def begin(root: Path, catalogue: Catalogue) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PULL, str(root), catalogue.model_dump_json()]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "begun\n"
    return started


def test_two_processes_fetch_once(
    tmp_path: Path,
    server: Any,
    catalogue_of: Callable[..., Catalogue],
    entry: Callable[..., dict[str, Any]],
    checkpoint: Callable[..., bytes],
) -> None:
    content = checkpoint(1)
    served = server.serve("a.pth", content, stalls_after=4000)
    catalogue = catalogue_of(entry("a.pth", content, server.url("a.pth")))
    first = begin(tmp_path, catalogue)
    assert served.stalled.wait(60)
    second = begin(tmp_path, catalogue)
    served.released.set()
    versions = {process.communicate(timeout=120)[0].strip() for process in (first, second)}
    assert (first.returncode, second.returncode) == (0, 0)
    assert versions == {WeightStore(tmp_path).active("probe").version}
    assert [given for _, given in server.requests].count(None) == 1


def test_a_killed_pull_is_resumed(
    tmp_path: Path,
    server: Any,
    catalogue_of: Callable[..., Catalogue],
    entry: Callable[..., dict[str, Any]],
    checkpoint: Callable[..., bytes],
) -> None:
    one, two = checkpoint(1), checkpoint(2)
    server.serve("a.pth", one)
    served = server.serve("b.pth", two, stalls_after=4000)
    catalogue = catalogue_of(entry("a.pth", one, server.url("a.pth")), entry("b.pth", two, server.url("b.pth")))
    killed = begin(tmp_path, catalogue)
    assert served.stalled.wait(60)
    incoming = tmp_path / "probe" / ".incoming"
    while sum(path.stat().st_size for path in incoming.glob("*.part")) < 4000:
        assert killed.poll() is None
        time.sleep(0.01)
    killed.kill()
    killed.communicate()
    served.released.set()
    assert not (tmp_path / "probe" / "active").exists()

    served.stalls_after = None
    store = WeightStore(tmp_path, catalogue=catalogue)
    assert len(store.pull("probe").files) == 2
    assert server.requests == [("/a.pth", None), ("/b.pth", None), ("/b.pth", "bytes=4000-")]
    assert all(found.ok for found in store.verify())
    assert not incoming.exists()
