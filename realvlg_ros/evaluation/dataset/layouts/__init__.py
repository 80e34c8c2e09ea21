"""The layouts of data sets on disk; each finds its own."""
