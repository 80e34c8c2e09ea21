"""Targets followed from frame to frame, filtered and stable."""
