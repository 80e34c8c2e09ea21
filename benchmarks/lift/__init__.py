"""Lifted rectangles against the truth of analytic scenes: `python -m benchmarks.lift`."""
