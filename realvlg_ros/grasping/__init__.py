"""Grasp rectangles, their lift to 6-DoF, antipodal search, collision and ranking."""
