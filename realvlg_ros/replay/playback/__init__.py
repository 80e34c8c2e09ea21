"""Bags that are published as they were recorded, in real time or at another rate."""
