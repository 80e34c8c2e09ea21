"""Answers of a model: their grammar and text, how they are decoded, how sure the model is."""
