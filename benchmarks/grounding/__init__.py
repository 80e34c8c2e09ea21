"""How well a grounder answers sentences about simulated tables and real frames."""
