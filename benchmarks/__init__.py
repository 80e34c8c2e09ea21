"""Measured comparisons: `python -m benchmarks.NAME --json FILE [--quick]`."""
