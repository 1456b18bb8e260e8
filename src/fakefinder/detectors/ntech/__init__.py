"""ntech: EfficientNet-B7 on faces and on sequences of faces that are followed (NTech-Lab, third of the DFDC 2020)."""

from fakefinder.detectors.ntech.detector import Ntech

__all__ = ["Ntech"]
