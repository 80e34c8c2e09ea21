"""The camera: its intrinsics, lens and file, and what its images cannot be."""

from .camera import Camera

__all__ = ['Camera']
