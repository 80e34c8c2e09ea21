"""A new model on a share of the robots, compared with the one in use."""
