"""Solids in closed form, cast into exact depth images: the truth of tests and benchmarks."""
