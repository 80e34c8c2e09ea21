"""What is known of the form of things that have a name, from config/lexicon/forms.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ....boundary import Boundary
from ....documents import read_yaml
from ....errors import ParameterError
from ....fields import Fields
from ....quoting import quoted
from ....resources import config_file

# A thing no higher than this, m, lies flat. Chosen: a thick magazine.
_FLAT_M = 0.03
_KEYS = ('slenderness', 'flatness', 'colors', 'height', 'thickness')


@dataclass(frozen=True)
class Shape:
    """What is known of a class of things; every range is (low, high), m or a ratio.

    Attributes:
        size: longest side.
        slenderness: longest by second longest visible side.
        flatness: height by footprint length as it stands or lies.
        colors: names of which it has one, if it nearly always does.
        height: above the support, as it is usually found.
        thickness: its shortest side at most; what is seen of a thing is no thicker than it is.
    """

    size: tuple[float, float]
    slenderness: tuple[float, float] = (1.0, 99.0)
    flatness: tuple[float, float] = (0.0, 99.0)
    colors: tuple[str, ...] = ()
    height: tuple[float, float] = (0.0, 99.0)
    thickness: float = 99.0

    @property
    def is_vague(self) -> bool:
        """Whether hardly more than its size is known, which many other things have too."""
        anything = Shape(self.size, self.slenderness)
        return self == anything

    @property
    def is_flat(self) -> bool:
        """Whether depth hardly tells it from what it lies on."""
        return self.height[1] <= _FLAT_M


@cache
def shapes() -> Mapping[str, Shape]:
    """The classes that the package knows, by name.

    Raises:
        ParameterError: their file is not as it should be.
    """
    return read_shapes(config_file('lexicon/forms.yaml'))


def read_shapes(path: Path) -> Mapping[str, Shape]:
    """The classes of a file.

    Raises:
        ParameterError: with the key that is wrong.
    """
    boundary = Boundary(f'forms {path}', ParameterError)
    fields = Fields(read_yaml(path, boundary), boundary)
    return {name: _shape(fields.block(name), boundary) for name in fields}


def _shape(block: Fields, boundary: Boundary) -> Shape:
    block.check_keys(('size',), _KEYS)
    ranges = {
        key: _range(block, key, boundary)
        for key in ('size', 'slenderness', 'flatness', 'height')
        if key in block
    }
    colors = block.texts('colors') if 'colors' in block else ()
    thickness = block.number('thickness', 0.0) if 'thickness' in block else 99.0
    return Shape(**ranges, colors=colors, thickness=thickness)


def _range(block: Fields, key: str, boundary: Boundary) -> tuple[float, float]:
    low, high = block.numbers(key, 2)
    if not 0 <= low <= high:
        raise boundary.refusal(f'{key} is {quoted([low, high])}; expected low, high from 0 on')
    return low, high
