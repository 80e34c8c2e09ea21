"""Mutated inputs at every boundary: only errors of the package may come, and soon."""
