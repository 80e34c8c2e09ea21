"""How fast bags are replayed, and how time and memory grow with their length and the targets."""
