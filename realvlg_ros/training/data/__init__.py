"""Rows of a training: pictures as they are fed, questions and true answers."""
