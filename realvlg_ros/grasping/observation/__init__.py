"""What one frame shows of the object: points, normals, outline, and where the view ends."""
