"""What moves the arm: motions of grasps, the sequence of a pick, and MoveIt behind it."""
