"""Grasp rectangles and contact pairs of the image lifted to contacts on the depth surface."""
