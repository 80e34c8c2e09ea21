"""A checkpoint on its device: its files, tokens, weights, cache and forward passes."""
