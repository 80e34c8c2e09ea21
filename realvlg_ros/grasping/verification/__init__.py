"""What speaks against candidates and for them: checks, ranking and settling."""
