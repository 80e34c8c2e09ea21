"""Transforms as a node hears them."""
