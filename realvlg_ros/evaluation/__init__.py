"""Judges, metrics, rewards and the formats of published datasets."""
