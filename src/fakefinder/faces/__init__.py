"""Faces: finding them in frames, following them over time, cutting them out."""
