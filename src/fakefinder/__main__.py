"""``python -m fakefinder``."""

from fakefinder.cli import main

main()
