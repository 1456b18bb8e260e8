"""FakeFinder: several published detectors score a video for face manipulation, side by side."""
