"""From an object in a depth image to ranked, collision-checked 6-DoF grasps."""
