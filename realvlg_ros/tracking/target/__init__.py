"""One target: its pose filter, its life, its grasps and its plans."""
