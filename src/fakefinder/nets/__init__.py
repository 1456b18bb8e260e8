"""Nets, one backbone family per file, and how they are made fast on a device."""
