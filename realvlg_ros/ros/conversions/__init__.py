"""Messages to the core's dataclasses and back."""
