"""What an instruction refers to in an image, by exchangeable backends."""
