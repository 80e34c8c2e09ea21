"""Things on a table as language sees them, without an image."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from realvlg_ros.grounding.language.weighing.scene import Scene
from realvlg_ros.grounding.language.weighing.seen import View
from realvlg_ros.image_region import Box

# How the camera looks down on the table, rad, and from how high, m.
_TILT, _HIGH = 0.8, 0.6


@dataclass(frozen=True)
class Item:
    """A thing at a place (right, away) of the table, with its sides and shares of colours."""

    name: str
    place: tuple[float, float]
    sides: tuple[float, float, float]
    colors: dict[str, float]
    cut_off: bool = False
    known: dict[str, float] = field(default_factory=dict)

    def __getattr__(self, name: str) -> float | None:
        if name.startswith('__'):
            raise AttributeError(name)
        return self.__dict__.get('known', {}).get(name)

    @property
    def position(self) -> np.ndarray:
        right, away = self.place
        down = np.array([0.0, np.cos(_TILT), np.sin(_TILT)])
        ahead = np.array([0.0, -np.sin(_TILT), np.cos(_TILT)])
        return _HIGH * down + right * np.array([1.0, 0.0, 0.0]) + (away + 0.5) * ahead

    @property
    def box(self) -> Box:
        x, y = 320 + 500 * self.position[:2] / self.position[2]
        return Box(x - 10, y - 10, x + 10, y + 10)

    @property
    def length(self) -> float:
        return self.sides[0]

    @property
    def width(self) -> float:
        return self.sides[1]

    @property
    def height(self) -> float:
        return self.sides[2]

    @property
    def size(self) -> float:
        return max(self.height, self.length)

    @property
    def volume(self) -> float:
        return float(np.prod(self.sides))

    @property
    def thickness(self) -> float:
        return min(self.height, self.width)

    @property
    def slenderness(self) -> float:
        sides = sorted(self.sides)
        return sides[2] / sides[1]

    @property
    def main_colors(self) -> tuple[str, ...]:
        return tuple(sorted(self.colors, key=lambda name: -self.colors[name])[:2])

    def shows(self, color: str) -> float:
        return self.colors.get(color, 0.0)

    def shows_itself(self, color: str) -> float:
        return self.colors.get(color, 0.0)

    def color_words(self) -> str:
        return ' and '.join(self.main_colors)


def view() -> View:
    """Of who looks with the camera that the things are placed for."""
    up = -np.array([0.0, np.cos(_TILT), np.sin(_TILT)])
    ahead = np.array([0.0, -np.sin(_TILT), np.cos(_TILT)])
    return View(np.array([1.0, 0.0, 0.0]), ahead, up, 640)


def scene(*items: Item, **fields: object) -> Scene:
    """The scene of some things."""
    return Scene(items, view(), **fields)  # type: ignore[arg-type]
