"""What a sentence asks for, as a tree, and that tree in words."""
