"""blend: FakeFinder's own detector of blended faces, whose weights come with the package."""

from fakefinder.detectors.blend.detector import Blend

__all__ = ["Blend"]
