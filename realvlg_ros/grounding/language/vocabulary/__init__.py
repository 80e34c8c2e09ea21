"""The words of each language, and the forms of things that they name."""
