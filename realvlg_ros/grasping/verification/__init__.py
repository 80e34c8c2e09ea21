"""Checks, ranking and settling of candidates."""
