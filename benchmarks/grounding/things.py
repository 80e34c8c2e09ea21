"""The things of a scene: what a person calls them, their sizes and their paint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from realvlg_ros.arrays import FloatArray
from realvlg_ros.simulation.colors import COLORS
from realvlg_ros.simulation.mesh_primitives import concatenate, cuboid, lathe
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.transforms import make_transform

Range = tuple[float, float]


@dataclass(frozen=True)
class Kind:
    """What can be drawn.

    Attributes:
        noun: what a person calls it.
        shape: name of the procedural shape.
        sizes: range of each of its dimensions, m.
        weight: how often it is drawn.
        accent: colour name of the parts that keep their own colour.
        colors: names it can have; all of them by default.
        lies: turn (axis, angle) into the attitude in which it may lie, or None.
        always_lies: whether it never stands.
    """

    noun: str
    shape: str
    sizes: Mapping[str, Range]
    weight: float = 1.0
    accent: str = ''
    colors: tuple[str, ...] = ()
    lies: str = ''
    always_lies: bool = False


KINDS = (
    Kind('mug', 'mug', {'diameter': (0.07, 0.095), 'height': (0.08, 0.11)}, 1.6),
    Kind('can', 'can', {'diameter': (0.05, 0.075), 'height': (0.08, 0.13)}, 1.4, 'gray', lies='x'),
    Kind(
        'bottle', 'bottle', {'diameter': (0.05, 0.075), 'height': (0.16, 0.25)}, 1.2, 'white',
        lies='x',
    ),
    Kind(
        'box', 'box', {'size_x': (0.05, 0.09), 'size_y': (0.07, 0.14), 'size_z': (0.05, 0.17)},
        2.0,
    ),
    Kind('block', 'box', {'size_x': (0.03, 0.05), 'size_y': (0.03, 0.05), 'size_z': (0.03, 0.05)}),
    Kind('bowl', 'bowl', {'diameter': (0.13, 0.19), 'height': (0.05, 0.075)}),
    Kind('plate', 'bowl', {'diameter': (0.15, 0.2), 'height': (0.018, 0.025)}, 0.4),
    Kind('ball', 'ball', {'diameter': (0.04, 0.08)}),
    Kind(
        'banana', 'banana', {'length': (0.15, 0.2), 'diameter': (0.03, 0.04)}, 0.5, 'brown',
        ('yellow',),
    ),
    Kind('screwdriver', 'screwdriver', {'length': (0.17, 0.24)}, 0.5, 'gray'),
    Kind(
        'book', 'box', {'size_x': (0.11, 0.15), 'size_y': (0.16, 0.21), 'size_z': (0.015, 0.035)},
        0.6,
    ),
    Kind(
        'wallet', 'box', {'size_x': (0.08, 0.1), 'size_y': (0.1, 0.12), 'size_z': (0.009, 0.014)},
        0.4, colors=('black', 'brown', 'red', 'blue', 'green'),
    ),
    Kind(
        'pen', 'can', {'diameter': (0.011, 0.014), 'height': (0.13, 0.15)}, 0.4, 'gray', lies='x',
        always_lies=True,
    ),
)  # fmt: skip

# Paints of a name, RGB, beside those of the simulator. Chosen: as people name them.
_MORE_PAINTS = {
    'red': ((170, 22, 40), (205, 42, 40)),
    'orange': ((238, 128, 40), (224, 100, 10)),
    'yellow': ((240, 206, 60), (222, 180, 20)),
    'green': ((30, 110, 48), (80, 158, 70)),
    'blue': ((24, 60, 140), (48, 104, 190)),
    'purple': ((92, 44, 122), (126, 72, 160)),
    'pink': ((238, 150, 180), (226, 112, 152)),
    'brown': ((98, 60, 34), (124, 80, 50)),
    'white': ((236, 236, 232), (220, 220, 216)),
    'gray': ((118, 120, 122), (138, 140, 142)),
    'black': ((28, 28, 30), (40, 40, 42)),
}
# Share of things with a band of another colour.
_BANDED = 0.15
# Share of the height that a band covers.
_BAND = (0.3, 0.45)


@dataclass(frozen=True, eq=False)
class Thing:
    """A thing before it is placed: upright, or lying, at the origin.

    Attributes:
        item: mesh and paint.
        kind: what it is.
        color: name of its main colour.
        others: names of the further colours that it shows.
        lying: whether it lies.
    """

    item: SimObject
    kind: Kind
    color: str
    others: tuple[str, ...]
    lying: bool

    @property
    def banded(self) -> bool:
        """Whether it has a band of a second colour."""
        return bool(self.others) and self.others[0] != self.kind.accent


def draw_thing(
    rng: np.random.Generator, number: int, colors: tuple[str, ...], nouns: tuple[str, ...] = ()
) -> Thing:
    """A random thing.

    Args:
        rng: source of all choices.
        number: that makes its name unique.
        colors: names of which it has one.
        nouns: of which it is one; any by default.
    """
    kinds = [k for k in KINDS if not nouns or k.noun in nouns]
    weights = np.array([kind.weight for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    usable = [c for c in colors if not kind.colors or c in kind.colors] or list(kind.colors)
    color = str(rng.choice(usable))
    dimensions = {name: float(rng.uniform(*span)) for name, span in kind.sizes.items()}
    item = SimObject.from_shape(
        kind.shape, _paint(rng, color), name=f'{kind.noun}_{number}', label=kind.noun,
        dimensions=dimensions,
    )  # fmt: skip
    others = (kind.accent,) if kind.accent else ()
    if kind.noun in ('can', 'bottle', 'box') and rng.random() < _BANDED:
        second = str(rng.choice([c for c in COLORS if c != color]))
        item, others = _with_band(item, dimensions, _paint(rng, second), rng), (second, *others)
    lying = kind.always_lies or bool(kind.lies and rng.random() < 0.3)
    if lying:
        item = _laid_down(item)
    return Thing(item, kind, color, others, lying)


def _paint(rng: np.random.Generator, name: str) -> tuple[int, int, int]:
    paints = (COLORS[name], *_MORE_PAINTS[name])
    return paints[int(rng.integers(len(paints)))]


def _with_band(
    item: SimObject,
    dimensions: Mapping[str, float],
    paint: tuple[int, int, int],
    rng: np.random.Generator,
) -> SimObject:
    """The item with a sleeve around the middle of its body."""
    high = dimensions.get('height', dimensions.get('size_z', 0.1))
    body = 0.6 * high if item.shape == 'bottle' else high
    width = float(rng.uniform(*_BAND)) * body
    low = 0.5 * (body - width)
    if item.shape == 'box':
        sleeve = cuboid((dimensions['size_x'] + 6e-4, dimensions['size_y'] + 6e-4, width))
        sleeve.apply_translation([0, 0, low])
    else:
        radius = dimensions['diameter'] / 2 + 3e-4
        sleeve = lathe([[0, low], [radius, low], [radius, low + width], [0, low + width]])
    mesh = concatenate([item.mesh, sleeve])
    paints = np.concatenate(
        [item.face_colors, np.tile(np.array(paint, np.uint8), (len(sleeve.faces), 1))]
    )
    return replace(item, mesh=mesh, face_colors=paints)


def _laid_down(item: SimObject) -> SimObject:
    rotation = Rotation.from_rotvec([np.pi / 2, 0, 0]).as_matrix()
    vertices = np.asarray(item.mesh.vertices) @ rotation.T
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    middle = (low + high) / 2
    pose: FloatArray = make_transform(rotation, (-middle[0], -middle[1], -low[2]))
    return replace(item, pose=pose)
