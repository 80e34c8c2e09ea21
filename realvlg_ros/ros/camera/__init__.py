"""A camera as topics: read as matched frames, or published."""
