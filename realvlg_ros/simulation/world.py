"""A table top with objects, a light and a camera's path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from ..arrays import FloatArray
from ..errors import WorldError
from ..quoting import quoted
from ..transforms import make_transform
from .colors import COLORS
from .placement import find_place, footprint
from .shapes import SHAPES
from .sim_object import SimObject
from .trajectory import StaticView, Trajectory

WORLD_FRAME = 'world'

Area = tuple[float, float, float, float]
# x_min, y_min, x_max, y_max of the part of the table that the default camera sees well, m. Chosen:
# from the picture of that camera, with a margin.
DEFAULT_AREA: Area = (-0.2, -0.32, 0.28, 0.32)


@dataclass(frozen=True)
class Table:
    """The table; the middle of its top is the world's origin.

    Attributes:
        size: extent along x and y, m.
        thickness: of the top, m.
        height: of the top above the floor, m.
        texture: wood, cloth or plain.
        seed: of the texture.
    """

    size: tuple[float, float] = (0.9, 1.5)
    thickness: float = 0.03
    height: float = 0.74
    texture: str = 'wood'
    seed: int = 0

    def __post_init__(self) -> None:
        lengths = (*self.size, self.thickness, self.height)
        if not all(np.isfinite(v) and v > 0 for v in lengths):
            raise WorldError(f'table: size, thickness and height {lengths} m must be positive')
        if self.texture not in ('wood', 'cloth', 'plain'):
            raise WorldError(f'table: texture {quoted(self.texture)} is not wood, cloth or plain')


@dataclass(frozen=True)
class Light:
    """One lamp, and light from everywhere.

    Attributes:
        direction: (3,) from the table toward the lamp, any length.
        intensity: of the lamp, linear; 1 lights a white surface that faces it fully.
        ambient: of the light from everywhere, linear.
        softness: radius of the lamp over its distance; wider makes softer shadows.
        distance: of the lamp from the middle of the table, m; from near by, what lies farther from
            it is darker.
    """

    direction: tuple[float, float, float] = (-0.35, 0.55, 1.0)
    intensity: float = 0.62
    ambient: float = 0.42
    softness: float = 0.09
    distance: float = float('inf')

    def __post_init__(self) -> None:
        if not self.direction[2] > 0:
            raise WorldError(f'light: direction {self.direction} must point up (z > 0)')
        if min(self.intensity, self.ambient, self.softness) < 0:
            raise WorldError('light: intensity, ambient and softness must be at least 0')
        if not self.distance > 0:
            raise WorldError(f'light: distance {self.distance} m must be positive')


@dataclass(frozen=True, eq=False)
class World:
    """What a simulated camera looks at.

    Attributes:
        objects: with unique names; the id of objects[i] in a rendered image is i + 1.
        table: on which they stand.
        light: of the scene.
        trajectory: of the camera.
        name: of the world.
    """

    objects: tuple[SimObject, ...]
    table: Table = field(default_factory=Table)
    light: Light = field(default_factory=Light)
    trajectory: Trajectory = field(default_factory=StaticView)
    name: str = 'world'

    def __post_init__(self) -> None:
        counts = Counter(item.name for item in self.objects)
        doubles = sorted(name for name, count in counts.items() if count > 1)
        if doubles:
            raise WorldError(f'objects named twice: {", ".join(doubles)}; give each its own name')

    @classmethod
    def random(
        cls,
        seed: int,
        count: int = 6,
        *,
        shapes: Sequence[str] = tuple(SHAPES),
        colors: Sequence[str] = tuple(COLORS),
        area: Area = DEFAULT_AREA,
        gap: float = 0.02,
    ) -> World:
        """Scatter objects over the table without collisions.

        Args:
            seed: equal seeds give equal worlds.
            count: how many objects.
            shapes: of which they are drawn.
            colors: of which they are drawn.
            area: x_min, y_min, x_max, y_max on the table, m.
            gap: least distance between objects, m.

        Raises:
            WorldError: they do not fit.
        """
        rng = np.random.default_rng(seed)
        drawn = []
        for index in range(count):
            shape, color = str(rng.choice(list(shapes))), str(rng.choice(list(colors)))
            name, label = f'{color}_{shape}_{index + 1}', f'{color} {shape}'
            drawn.append(SimObject.from_shape(shape, COLORS[color], name=name, label=label))
        placed = scatter(drawn, (), area, gap, rng)
        return cls(placed, Table(seed=seed), name=f'random_{seed}')

    def at(self, time_s: float) -> World:
        """The world with every object where it is at a time."""
        return replace(self, objects=tuple(item.at(time_s) for item in self.objects))

    def moved(self, poses: Mapping[str, FloatArray]) -> World:
        """The world with some objects in other poses (4x4, to world), by name.

        Raises:
            WorldError: there is no object of a name.
        """
        for name in poses:
            self.object(name)
        return replace(
            self,
            objects=tuple(
                replace(item, pose=poses[item.name], motion=None) if item.name in poses else item
                for item in self.objects
            ),
        )

    def object(self, name: str) -> SimObject:
        """The object of a name.

        Raises:
            WorldError: there is none.
        """
        for item in self.objects:
            if item.name == name:
                return item
        names = ', '.join(item.name for item in self.objects)
        raise WorldError(f'no object {quoted(name)} in {self.name}; there are {names or "none"}')


def scatter(
    items: Sequence[SimObject],
    others: Sequence[SimObject],
    area: Area,
    gap: float,
    rng: np.random.Generator,
) -> tuple[SimObject, ...]:
    """Set objects down at random free places, turned at random, each in its own attitude.

    Wide ones are placed first, since they find a place least easily.

    Args:
        items: what to place; their order is kept.
        others: what stands already.
        area: x_min, y_min, x_max, y_max on the table, m.
        gap: least distance between objects, m.
        rng: source of the places.

    Raises:
        WorldError: they do not fit.
    """
    taken = [footprint(other.world_vertices()) for other in others]
    outlines = [footprint(item.world_vertices()) for item in items]
    placed = list(items)
    for index in sorted(
        range(len(items)), key=lambda i: -float(np.ptp(outlines[i], axis=0).sum())
    ):
        place = find_place(outlines[index], taken, area, gap, rng)
        if place is None:
            raise WorldError(
                f'no free place for {items[index].name} in the area {area} m among '
                f'{len(taken)} objects with a gap of {gap} m; take fewer objects, a larger area '
                'or a smaller gap'
            )
        placed[index] = replace(items[index], pose=upright_pose(*place) @ items[index].pose)
        taken.append(footprint(placed[index].world_vertices()))
    return tuple(placed)


def upright_pose(x: float, y: float, yaw: float) -> FloatArray:
    """The pose (4x4) of an object that stands on the table at x, y (m), turned by yaw (rad).

    Args:
        x: m.
        y: m.
        yaw: about the vertical, rad.
    """
    cos, sin = np.cos(yaw), np.sin(yaw)
    return make_transform([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]], (x, y, 0.0))
