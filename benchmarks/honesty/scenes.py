"""Random scenes: objects on a table, a camera that sees one of them well, what is truly there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from benchmarks.honesty.judge import TrueScene
from benchmarks.objects import make_scene, procedural_objects
from realvlg_ros.arrays import FloatArray
from realvlg_ros.closed_loop.visibility import well_seen
from realvlg_ros.simulation.colors import COLORS
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.placement import clearance, footprint
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.simulation.world import World, upright_pose

CAMERA = d435_camera()
# Placements that are tried for a scene. Chosen: nearly every scene finds one.
_ATTEMPTS = 60


@dataclass(frozen=True)
class Scene:
    """A table that a camera looks at, and the object that will be asked for.

    Attributes:
        world: objects on the table.
        target: name of the object that is asked for.
        camera2world: 4x4 pose of the optical frame.
    """

    world: World
    target: str
    camera2world: FloatArray

    @property
    def sentence(self) -> str:
        """An instruction that asks for the target."""
        return f'pick up the {self.world.object(self.target).label}'


def renderer(world: World) -> Renderer:
    """A renderer that leaves out what depth does not show."""
    return Renderer(world, RenderSettings.fast())


def true_scene(world: World, target: str) -> TrueScene:
    """What is there to be grasped and to collide with."""
    meshes = {item.name: PlacedMesh.of(item) for item in world.objects}
    return TrueScene(meshes.pop(target, None), meshes)


def random_scene(rng: np.random.Generator, nearest: float = 0.4, farthest: float = 1.0) -> Scene:
    """One to six objects of different colours, seen from 30 to 75 degrees of elevation.

    Args:
        rng: source of all choices.
        nearest: distance of the camera from the target, m.
        farthest: the same.

    Raises:
        RuntimeError: no scene of many was fit to be asked about.
    """
    for _ in range(_ATTEMPTS):
        items = _draw_objects(rng, int(rng.integers(1, 7)))
        half_width = float(rng.uniform(0.10, 0.17))
        world = make_scene(items, int(rng.integers(2**31)), half_width, 0.015)
        table = replace(world.table, texture=str(rng.choice(['wood', 'cloth', 'plain'])))
        world = replace(world, table=table)
        target = str(rng.choice([item.name for item in world.objects]))
        pose = _view_of(world.object(target), rng, nearest, farthest)
        scene = Scene(world, target, pose)
        if well_seen(world.objects, target, CAMERA, pose):
            return scene
    raise RuntimeError(f'none of {_ATTEMPTS} scenes shows its target well')


def beside(
    world: World, target: str, item: SimObject, gap: float, rng: np.random.Generator
) -> World | None:
    """The world with an object more, beside a target; None where none of the sides is free.

    It comes preferably where the target is narrow, which is where fingers would stand.

    Args:
        world: that the object is added to.
        target: beside which it is placed.
        item: upright at the origin.
        gap: between both, m.
        rng: chooses the side.
    """
    others = [footprint(o.world_vertices()) for o in world.objects]
    near = footprint(world.object(target).world_vertices())
    middle = (near.max(axis=0) + near.min(axis=0)) / 2
    for direction in _sides(near, rng):
        yaw = float(np.arctan2(direction[1], direction[0]))
        for reach in np.arange(0.0, 0.4, 0.0005):
            x, y = middle + reach * direction
            placed = replace(item, pose=upright_pose(x, y, yaw) @ item.pose)
            outline = footprint(placed.world_vertices())
            if clearance(outline, near) >= gap:
                break
        if all(clearance(outline, other) >= 0.002 for other in others):
            return replace(world, objects=(*world.objects, placed))
    return None


def block(rng: np.random.Generator, name: str = 'block') -> SimObject:
    """A carton to stand in the way, lower or higher than most objects."""
    sizes = {
        'size_x': float(rng.uniform(0.03, 0.06)),
        'size_y': float(rng.uniform(0.04, 0.10)),
        'size_z': float(rng.uniform(0.03, 0.14)),
    }
    return SimObject.from_shape('box', (96, 96, 100), name=name, dimensions=sizes)


def moved(world: World, name: str, shift: Sequence[float], turn: float = 0.0) -> World:
    """The world with one object moved by x, y (m) and turned (rad) about its own middle."""
    item = world.object(name)
    origin = item.pose[:3, 3]
    turned = upright_pose(0.0, 0.0, turn) @ item.pose
    turned[:3, 3] = origin + (*shift, 0.0)
    return _with(world, replace(item, pose=turned))


def without(world: World, name: str) -> World:
    """The world with one object taken away."""
    return replace(world, objects=tuple(o for o in world.objects if o.name != name))


def is_free(world: World, name: str, gap: float = 0.003) -> bool:
    """Whether an object overlaps no other one."""
    outline = footprint(world.object(name).world_vertices())
    return all(
        clearance(outline, footprint(o.world_vertices())) >= gap
        for o in world.objects
        if o.name != name
    )


def standing_at(
    world: World, item: SimObject, x: float, y: float, rng: np.random.Generator
) -> World | None:
    """The world with an object more, turned at random; None where it does not fit.

    Args:
        world: that the object is added to.
        item: upright at the origin.
        x: m.
        y: m.
        rng: turns it.
    """
    for _ in range(10):
        pose = upright_pose(x, y, float(rng.uniform(-np.pi, np.pi)))
        added = replace(world, objects=(*world.objects, replace(item, pose=pose @ item.pose)))
        if is_free(added, item.name):
            return added
    return None


def _with(world: World, item: SimObject) -> World:
    return replace(world, objects=tuple(item if o.name == item.name else o for o in world.objects))


def _sides(outline: FloatArray, rng: np.random.Generator) -> list[FloatArray]:
    """Directions (2,) from a footprint: mostly along its narrow extent first, then around."""
    _, _, axes = np.linalg.svd(outline - outline.mean(axis=0))
    narrow = axes[1] * rng.choice([-1, 1])
    start = float(np.arctan2(narrow[1], narrow[0]))
    if rng.random() < 0.3:
        start = float(rng.uniform(-np.pi, np.pi))
    turns = (0.0, np.pi, 0.7, -0.7, np.pi - 0.7, np.pi + 0.7, np.pi / 2, -np.pi / 2)
    return [np.array([np.cos(start + t), np.sin(start + t)]) for t in turns]


@cache
def _objects() -> tuple[tuple[str, SimObject], ...]:
    """Every procedural object with the name of its colour, labelled like "red mug"."""
    names = {rgb: name for name, rgb in COLORS.items()}
    return tuple(
        (names[o.color], replace(o, label=f'{names[o.color]} {o.shape}'))
        for o in procedural_objects()
    )


def _draw_objects(rng: np.random.Generator, count: int) -> list[SimObject]:
    """Objects of different colours."""
    drawn: dict[str, SimObject] = {}
    for index in rng.permutation(len(_objects())):
        color, item = _objects()[index]
        drawn.setdefault(color, item)
        if len(drawn) == count:
            break
    return list(drawn.values())


def _view_of(
    item: SimObject, rng: np.random.Generator, nearest: float, farthest: float
) -> FloatArray:
    """A camera pose (4x4, camera to world) that has an object near the middle of its image."""
    azimuth, distance = rng.uniform(-np.pi, np.pi), rng.uniform(nearest, farthest)
    elevation = np.radians(rng.uniform(30, 75))
    vertices = item.world_vertices()
    middle = (vertices.max(axis=0) + vertices.min(axis=0)) / 2
    middle[:2] += rng.uniform(-0.04, 0.04, 2)
    level = np.cos(elevation)
    toward = np.array([np.cos(azimuth) * level, np.sin(azimuth) * level, np.sin(elevation)])
    return look_at(middle + distance * toward, middle)
