"""Data sets of questions about images, whatever their layout, as samples of one type."""

from .dataset import Dataset, Group, Problem, Reading
from .opening import open_dataset
from .sample import Expected, Sample, Truth

__all__ = [
    'Dataset',
    'Expected',
    'Group',
    'Problem',
    'Reading',
    'Sample',
    'Truth',
    'open_dataset',
]
