"""Grasp rectangles and contact pairs in the image, lifted to contacts on the depth surface."""
