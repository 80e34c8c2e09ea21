"""Bags read and written in lock step, and what came of it."""
