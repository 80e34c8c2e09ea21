"""Annotations as datasets of others."""
