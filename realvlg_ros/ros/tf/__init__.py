"""Transforms from and to tf, and poses given as parameters."""
