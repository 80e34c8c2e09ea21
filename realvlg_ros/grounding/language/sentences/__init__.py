"""Sentences around noun phrases."""
