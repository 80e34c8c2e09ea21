"""Where an object is in a frame, measured against views of it."""
