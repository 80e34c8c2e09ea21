"""From the box of an object to its mask."""
