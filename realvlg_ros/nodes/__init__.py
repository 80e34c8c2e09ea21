"""The executables of this package: lifecycle nodes and sources of images."""
