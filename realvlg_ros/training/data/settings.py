"""Settings of the rows of a training."""

from __future__ import annotations

from dataclasses import dataclass

from ...settings import Settings, setting


@dataclass(frozen=True)
class DataSettings(Settings):
    """Where the questions come from and how pictures are fed."""

    path: str = setting('', 'Dataset, as `realvlg evaluate` reads it.')
    share: float = setting(
        1.0, 'Of its samples that is taken, chosen by the seed.',
        unit='unitless', low=1e-6, high=1.0,
    )  # fmt: skip
    split: str = setting('', 'Of its samples that is taken; empty for all.')
    label: str = setting(
        'random', 'Which of several true grasps sft learns.', choices=('first', 'random')
    )
    min_pixels: int = setting(
        262144, 'Least area of the fed picture.', unit='pixels', low=0, high=2**26
    )
    max_pixels: int = setting(
        4194304, 'Largest area of the fed picture.', unit='pixels', low=784, high=2**26
    )
    workers: int = setting(
        0, 'Processes that read pictures; 0 reads them in between.',
        unit='processes', low=0, high=256,
    )  # fmt: skip


@dataclass(frozen=True)
class RandomizeSettings(Settings):
    """How pictures are changed in training, each answer to a question seeing the same change."""

    share: float = setting(
        0.0, 'Of the pictures that is changed; 0 changes none.', unit='unitless', low=0.0, high=1.0
    )
    brightness: float = setting(
        0.3, 'Light is scaled by 1 more or less so much at most.',
        unit='unitless', low=0.0, high=0.95,
    )  # fmt: skip
    contrast: float = setting(
        0.2, 'Distances from the mean are scaled by 1 more or less so much at most.',
        unit='unitless', low=0.0, high=0.95,
    )  # fmt: skip
    temperature: float = setting(
        0.15, 'Red is scaled up and blue down, or the other way round, by so much at most.',
        unit='unitless', low=0.0, high=0.9,
    )  # fmt: skip
    noise: float = setting(
        6.0, 'Deviation of the noise of each pixel, at most.',
        unit='grey levels', low=0.0, high=128.0,
    )  # fmt: skip
