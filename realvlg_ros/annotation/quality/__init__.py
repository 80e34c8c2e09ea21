"""Figures of how good a set of annotations is."""
