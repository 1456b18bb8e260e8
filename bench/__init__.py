"""Benchmarks, run by hand: ``make bench``. Single figures vary with the machine; only ratios within one run count."""
