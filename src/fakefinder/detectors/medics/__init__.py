"""medics: 3-D nets and a 2-D net on faces of the first 100 frames (The Medics, fifth place of the DFDC 2020)."""

from fakefinder.detectors.medics.detector import Medics

__all__ = ["Medics"]
