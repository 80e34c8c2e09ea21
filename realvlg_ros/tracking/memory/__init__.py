"""Past frames, kept so that an answer about the past can be used now."""
