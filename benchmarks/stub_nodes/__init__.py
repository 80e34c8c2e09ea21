"""Nodes that answer at once, so that only what lies between them is measured."""
