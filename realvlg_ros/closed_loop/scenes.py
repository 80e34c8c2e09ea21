"""Scenes of an episode: objects at rest on a table or in a bin, a camera, and a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.transform import Rotation

from ..arrays import FloatArray
from ..errors import WorldError
from ..simulation.colors import COLORS
from ..simulation.convex_parts import ConvexPart
from ..simulation.depth_camera_model import DepthCameraModel
from ..simulation.mesh_primitives import load_trimesh
from ..simulation.physics.settling import settle
from ..simulation.physics.solid import Solid
from ..simulation.sim_object import SimObject
from ..simulation.trajectory import d435_camera, random_view
from ..simulation.world import Area, Light, Table, World, scatter
from .visibility import well_seen

SETS = ('single', 'clutter', 'bin')
CAMERA = d435_camera()
BIN = 'bin'
# Inner extents of the bin and the thickness of its walls and floor, m. Chosen: a bin of 400 x 300
# mm, as shelves have them.
_BIN, _WALL = (0.40, 0.30, 0.10), 0.006
# Half the side of the square in which objects stand, m, by the set; it grows until they fit.
# Chosen: six objects stand a finger's width apart.
_HALF_WIDTH = {'single': 0.08, 'clutter': 0.16}
# Least distance of standing neighbours, m. Chosen: a finger does not fit.
_GAP = 0.012
# Objects that are dropped fall from this height, and in a bin from so much more each, m. Chosen:
# what a hand lets go.
_DROP, _DROP_STEP = 0.03, 0.06
# A depth camera on a bad day: twice the noise, blurred edges, holes where surfaces are grazed.
# Chosen: worse than the D435 frames that the noise model was made after.
HARD_DEPTH = DepthCameraModel(
    axial_at_1m=0.0076, correlation_px=1.2, dropout=0.02, edge_dropout=0.3, flying_share=0.2,
    jitter_share=0.45, grazing_angle=1.25,
)  # fmt: skip
# Share of episodes that are seen so. Chosen.
_HARD_SHARE = 0.3
# Scenes that are made for a seed until one shows an object well. Chosen: nearly always the first.
_ATTEMPTS = 40


@dataclass(frozen=True, eq=False)
class EpisodeScene:
    """What there is when the instruction is given.

    Attributes:
        solids: at rest, the bin included.
        world: the same for the renderer, with table and light.
        target: name of the object that is asked for.
        camera2world: 4x4 pose of the optical frame.
        depth: model of the depth camera.
    """

    solids: tuple[Solid, ...]
    world: World
    target: str
    camera2world: FloatArray
    depth: DepthCameraModel

    @property
    def things(self) -> tuple[Solid, ...]:
        """What can be picked."""
        return tuple(solid for solid in self.solids if not solid.fixed)


def make_scene(kind: str, stock: Sequence[Solid], seed: int, count: int) -> EpisodeScene:
    """Draw, place and settle objects, until one of them is seen well.

    Args:
        kind: one of SETS.
        stock: from which objects are drawn, upright at the origin.
        seed: equal seeds give equal scenes.
        count: of objects; 1 is taken for `single`.

    Raises:
        WorldError: no scene of many shows an object well.
    """
    if kind not in SETS:
        raise WorldError(f'set {kind!r} is not one of {", ".join(SETS)}')
    for attempt in range(_ATTEMPTS):
        rng = np.random.default_rng((seed, attempt))
        scene = _try_scene(kind, stock, rng, 1 if kind == 'single' else count)
        if scene is not None:
            return scene
    raise WorldError(f'none of {_ATTEMPTS} scenes of seed {seed} shows an object well')


def _try_scene(
    kind: str, stock: Sequence[Solid], rng: np.random.Generator, count: int
) -> EpisodeScene | None:
    # A gray thing in a gray bin is not what a sentence can name.
    colors = [name for name in COLORS if not (kind == 'bin' and name == 'gray')]
    drawn = _draw(stock, rng, count, colors)
    table = Table(
        size=(1.6, 1.6), texture=str(rng.choice(['wood', 'cloth', 'plain'])),
        seed=int(rng.integers(1000)),
    )  # fmt: skip
    try:
        placed = _in_bin(drawn, rng) if kind == 'bin' else _on_table(drawn, kind, rng)
        rested = settle(placed, table)
    except WorldError:
        return None
    pose = random_view(rng)
    hard = rng.random() < _HARD_SHARE
    world = World(tuple(s.item for s in rested), table, _random_light(rng), name=kind)
    seen = [
        solid.name
        for solid in rested
        if not solid.fixed and well_seen(world.objects, solid.name, CAMERA, pose)
    ]
    if not seen:
        return None
    depth = HARD_DEPTH if hard else DepthCameraModel()
    return EpisodeScene(rested, world, str(rng.choice(seen)), pose, depth)


def _draw(
    stock: Sequence[Solid], rng: np.random.Generator, count: int, names: Sequence[str]
) -> list[Solid]:
    """Objects with a colour each; one that is drawn twice has a number in its name."""
    colors = [str(color) for color in rng.permutation(list(names))]
    drawn = []
    for index in range(count):
        solid = stock[int(rng.integers(len(stock)))]
        color = COLORS[colors[index % len(colors)]]
        paint = np.tile(np.array(color, np.uint8), (len(solid.item.mesh.faces), 1))
        name = f'{solid.item.name}_{index + 1}'
        label = f'{colors[index % len(colors)]} {solid.item.label}'
        item = replace(solid.item, name=name, label=label, color=color, face_colors=paint)
        drawn.append(replace(solid, item=item))
    return drawn


def _on_table(drawn: list[Solid], kind: str, rng: np.random.Generator) -> list[Solid]:
    """Half of them upright, half let go in any attitude a little above the table."""
    turned = []
    for solid in drawn:
        pose, height = solid.item.pose, 0.001
        if rng.random() < 0.5:
            pose, height = _any_attitude(rng), _DROP
        item = replace(solid.item, pose=pose)
        lowest = float(item.world_vertices()[:, 2].min())
        lifted = pose.copy()
        lifted[2, 3] += height - lowest
        turned.append(replace(item, pose=lifted))
    half = _HALF_WIDTH[kind]
    for _ in range(12):
        area: Area = (-half, -half, half, half)
        try:
            placed = scatter(turned, (), area, _GAP, rng)
        except WorldError:
            half *= 1.15
            continue
        return [replace(s, item=i) for s, i in zip(drawn, placed, strict=True)]
    raise WorldError(f'{len(drawn)} objects do not fit on {2 * half:.2f} m')


def _in_bin(drawn: list[Solid], rng: np.random.Generator) -> list[Solid]:
    """Let go one above the other over a bin."""
    height = _BIN[2] + _DROP
    placed = [make_bin()]
    for solid in drawn:
        pose = _any_attitude(rng)
        vertices = replace(solid.item, pose=pose).world_vertices()
        half = np.ptp(vertices[:, :2], axis=0) / 2
        room = np.maximum(np.array(_BIN[:2]) / 2 - half - 0.01, 0.0)
        middle = (vertices.max(axis=0) + vertices.min(axis=0)) / 2
        pose[:2, 3] += rng.uniform(-room, room) - middle[:2]
        pose[2, 3] += height - vertices[:, 2].min()
        height += float(np.ptp(vertices[:, 2])) + _DROP_STEP
        placed.append(solid.at(pose))
    return placed


def make_bin() -> Solid:
    """A bin that stands on the table: a floor and four walls."""
    x, y, z = _BIN
    boxes = [
        ((x + 2 * _WALL, y + 2 * _WALL, _WALL), (0.0, 0.0, _WALL / 2)),
        *(((_WALL, y + 2 * _WALL, z), (s * (x + _WALL) / 2, 0.0, _WALL + z / 2)) for s in (-1, 1)),
        *(((x, _WALL, z), (0.0, s * (y + _WALL) / 2, _WALL + z / 2)) for s in (-1, 1)),
    ]
    trimesh = load_trimesh()
    meshes = []
    for extents, middle in boxes:
        mesh = trimesh.creation.box(extents)
        mesh.apply_translation(middle)
        meshes.append(mesh)
    parts = tuple(ConvexPart(np.asarray(m.vertices), np.asarray(m.faces)) for m in meshes)
    mesh = trimesh.util.concatenate(meshes)
    color = COLORS['gray']
    paint = np.tile(np.array(color, np.uint8), (len(mesh.faces), 1))
    item = SimObject(BIN, 'gray bin', BIN, color, mesh, paint, np.eye(4))
    return Solid.from_parts(item, parts, fixed=True)


def _any_attitude(rng: np.random.Generator) -> FloatArray:
    pose = np.eye(4)
    pose[:3, :3] = Rotation.from_quat(rng.standard_normal(4)).as_matrix()
    return pose


def _random_light(rng: np.random.Generator) -> Light:
    """A lamp from anywhere above, stronger or weaker, near enough that it falls off."""
    around, up = rng.uniform(-np.pi, np.pi), rng.uniform(0.8, 2.0)
    return Light(
        direction=(float(np.cos(around)), float(np.sin(around)), float(up)),
        intensity=float(rng.uniform(0.4, 0.8)),
        ambient=float(rng.uniform(0.25, 0.5)),
        softness=float(rng.uniform(0.03, 0.15)),
        distance=float(rng.uniform(0.7, 2.5)),
    )
