"""The hidden side, assumed from symmetry, a box below its top face, or an axis of revolution."""
