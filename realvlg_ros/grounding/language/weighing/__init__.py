"""How well each thing that is seen fits what is said."""
