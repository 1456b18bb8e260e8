"""The package as it is imported: quick, torch-free, and with the names that it promises."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fakefinder

NO_TORCH = "import sys; heavy = {'torch', 'timm', 'cv2', 'av'} & set(sys.modules); assert not heavy, heavy"


@pytest.mark.parametrize(
    "code",
    [
        "import fakefinder",
        "import fakefinder.records, fakefinder.errors, fakefinder.detectors.base, fakefinder.detectors.registry",
        "from fakefinder.cli.app import run; assert run(['--help']) == 0",
        "from fakefinder.cli.app import run; assert run(['scan', '--help']) == 0",
        "from fakefinder.cli.app import run; assert run(['--version']) == 0",
    ],
)
def test_no_heavy_library_is_imported(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"{code}\n{NO_TORCH}"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_listing_detectors_imports_no_torch() -> None:
    code = "from fakefinder.cli.app import run; assert run(['detectors', 'list']) == 0\n"
    code += "import sys; assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "selimsef" in done.stdout


def test_public_names_are_those_that_exist() -> None:
    assert len(fakefinder.__all__) <= 25
    assert list(fakefinder.__all__) == sorted(fakefinder.__all__)
    for name in fakefinder.__all__:
        assert getattr(fakefinder, name) is not None
    assert set(fakefinder._HOME_OF) == set(fakefinder.__all__) - {"__version__"}


def test_scan_can_be_called_after_its_module_was_imported() -> None:
    import fakefinder.scan

    with pytest.raises(fakefinder.FakeFinderError, match="no file"):
        fakefinder.scan("nowhere.mp4", detectors=["mesonet"])
