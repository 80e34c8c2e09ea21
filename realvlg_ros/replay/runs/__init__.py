"""The folder that a replay writes, read back: events, targets, motion, latency, pictures."""
