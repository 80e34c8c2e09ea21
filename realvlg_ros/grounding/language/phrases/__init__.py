"""Noun phrases: the part of the grammar that says which thing is meant."""
