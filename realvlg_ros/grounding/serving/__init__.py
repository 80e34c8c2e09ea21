"""How a server of a model is reached: its dialect, its health, and what is done when it fails."""
