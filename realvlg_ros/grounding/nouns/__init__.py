"""What recognises things by their names: an interface, and what fills it where it is installed."""
