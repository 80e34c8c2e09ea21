"""Bags, messages and frame folders with mutated bytes: only the package's own errors may come."""
