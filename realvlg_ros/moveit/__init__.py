"""MoveIt's side: grasps and planning scene in its messages, and the sequence of a pick."""
