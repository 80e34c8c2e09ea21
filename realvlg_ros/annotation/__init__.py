"""Annotation of images: describe, localise, unify grasps, verify, review, export."""
