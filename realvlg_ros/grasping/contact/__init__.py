"""Fingers closed on the cloud: contacts of the pads, and alignment with the surfaces there."""
