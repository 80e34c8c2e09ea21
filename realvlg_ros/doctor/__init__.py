"""What is installed, what runs and what is wrong, each with its remedy."""
