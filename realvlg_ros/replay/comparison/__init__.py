"""Two runs on the same bag, side by side."""
