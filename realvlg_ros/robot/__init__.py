"""The robot itself: its shapes, and its readings taken out of the depth."""
