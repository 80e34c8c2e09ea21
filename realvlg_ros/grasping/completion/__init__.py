"""What is assumed of the unseen side: symmetry, a box under its top, an axis of revolution."""
