"""What counts as an object."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import ParameterError
from ...settings import Settings, setting


@dataclass(frozen=True)
class SegmentationSettings(Settings):
    """What counts as an object."""

    working_width_px: int = setting(
        640, 'Wider images are reduced to about this width before segmentation.',
        unit='px', low=64, high=8192,
    )  # fmt: skip
    min_height: float = setting(
        0.004, "An object's top is at least this high above the support, besides noise.",
        unit='m', low=0.0, high=1.0, former=('min_height_m',),
    )  # fmt: skip
    max_height: float = setting(
        0.6, 'Points higher than this above the support are not looked at.',
        unit='m', low=0.01, high=10.0, former=('max_height_m',),
    )  # fmt: skip
    min_area_px: int = setting(
        150, 'Segments of fewer pixels of the working image are dropped.',
        unit='px', low=1, high=2**26,
    )  # fmt: skip
    min_size: float = setting(
        0.015, 'Segments whose longest side is shorter are dropped.',
        unit='m', low=0.0, high=10.0, former=('min_size_m',),
    )  # fmt: skip
    max_size: float = setting(
        0.6, 'Segments whose longest side is longer are background.',
        unit='m', low=0.01, high=10.0, former=('max_size_m',),
    )  # fmt: skip
    edge_margin: float = setting(
        0.02, 'How far beyond the visible support an object may stand.',
        unit='m', low=0.0, high=1.0, former=('edge_margin_m',),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        for low, high in (('min_height', 'max_height'), ('min_size', 'max_size')):
            if getattr(self, low) >= getattr(self, high):
                raise ParameterError(
                    f'{low} {getattr(self, low)} m must be less than {high} '
                    f'{getattr(self, high)} m'
                )
