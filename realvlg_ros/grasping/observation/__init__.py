"""What one frame shows of the object: points, normals, occluding contour, truncation."""
