"""eighteen: eleven nets on the one or two longest-lived faces of a whole video (fourth place of the DFDC 2020)."""

from fakefinder.detectors.eighteen.detector import Eighteen

__all__ = ["Eighteen"]
