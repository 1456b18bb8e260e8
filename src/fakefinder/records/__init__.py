"""Torch-free values that cross processes: reports, cards, and how they are rendered."""
