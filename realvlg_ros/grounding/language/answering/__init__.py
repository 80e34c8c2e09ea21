"""What follows: an answer, a question, or none."""
