"""How still, quick and true a tracked target is: `python -m benchmarks.jitter`."""
