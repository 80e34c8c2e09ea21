"""What the embedded grounder makes of the boxes that a model names."""
