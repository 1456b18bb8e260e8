"""The command line: each command parses, calls one function and prints."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``fakefinder`` and exit with the code of ``cli.exit_codes``."""
    from fakefinder.cli.app import run

    sys.exit(run(sys.argv[1:]))
