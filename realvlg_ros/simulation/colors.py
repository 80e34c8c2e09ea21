"""Colour names and the paint that goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import WorldError
from ..quoting import quoted

Rgb = tuple[int, int, int]

# Colours by their names, RGB. Chosen: as toys and packaging have them.
COLORS: dict[str, Rgb] = {
    'red': (190, 30, 34),
    'orange': (232, 112, 24),
    'yellow': (232, 190, 32),
    'green': (44, 132, 62),
    'blue': (30, 76, 168),
    'purple': (108, 52, 140),
    'pink': (232, 130, 164),
    'brown': (112, 70, 40),
    'white': (228, 228, 222),
    'gray': (128, 130, 132),
    'black': (34, 34, 36),
}


def parse_color(value: str | Sequence[int]) -> Rgb:
    """A colour name or three numbers 0 to 255 as RGB.

    Raises:
        WorldError: an unknown name, or not three numbers in range.
    """
    if isinstance(value, str):
        if value not in COLORS:
            raise WorldError(
                f'color {quoted(value)} is not known; choose one of {", ".join(COLORS)}, or '
                '[r, g, b]'
            )
        return COLORS[value]
    valid = isinstance(value, Sequence) and len(value) == 3
    if not valid or not all(isinstance(v, int) and 0 <= v <= 255 for v in value):
        raise WorldError(f'color {quoted(value)} is not a name or [r, g, b] with numbers 0 to 255')
    return value[0], value[1], value[2]
