"""Fingers closed on the cloud: where pads touch, and how they align with what they touch."""
