"""Random scenes: things on a table or in a bin, a light, a depth camera and its pose."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.grounding.placing import Placed, Table
from benchmarks.grounding.things import Thing, draw_thing
from realvlg_ros.arrays import ByteArray, FloatArray
from realvlg_ros.closed_loop.scenes import BIN, HARD_DEPTH, make_bin
from realvlg_ros.simulation import world as sim
from realvlg_ros.simulation.colors import COLORS
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import RenderedFrame, Renderer
from realvlg_ros.simulation.trajectory import d435_camera, look_at

CAMERA = d435_camera()
# A third of the readings are missing, more of what is black.
HOLED_DEPTH = replace(HARD_DEPTH, speckle=0.3, speckle_px=5.0, dark_dropout=0.6)
DEPTHS = {'D435': DepthCameraModel(), 'hard': HARD_DEPTH, 'holed': HOLED_DEPTH}
_DEPTH_SHARES = (0.5, 0.25, 0.25)
# Linear gains of red, green and blue of the warmest and the coldest light.
_WARM, _COLD = np.array([1.0, 0.85, 0.64]), np.array([0.78, 0.92, 1.0])
# Linear brightness of the dimmest image, and noise of its bytes.
_DIMMEST, _COLOR_NOISE = 0.22, (1.0, 3.5)
# Ways of placing a further thing, and how often each is tried.
_WAYS = {'free': 0.42, 'touching': 0.2, 'on': 0.16, 'in': 0.14, 'leaning': 0.08}
# Share of scenes in a bin.
_BINS = 0.1
# Kinds of a scene's colours, and how often.
_PALETTES = {'varied': 0.45, 'few': 0.35, 'odd one': 0.2}
# Room in the bin, m, and the height of its floor.
_BIN_ROOM, _BIN_FLOOR = (0.19, 0.14), 0.006


@dataclass(frozen=True, eq=False)
class Scene:
    """What a camera looks at, and how.

    Attributes:
        placed: the things; the bin is none of them.
        world: the same for the renderer.
        camera2world: 4x4 pose of the optical frame.
        depth: name of the depth camera's model.
        elevation: of the view, degrees.
        roll: of the camera about its axis, degrees.
        tint: linear gains (3,) of the light's colour and brightness.
        seed: of the scene.
        in_bin: whether the things are in a bin.
    """

    placed: tuple[Placed, ...]
    world: sim.World
    camera2world: FloatArray
    depth: str
    elevation: float
    roll: int
    tint: FloatArray
    seed: int
    in_bin: bool

    def render(self) -> RenderedFrame:
        """The frame as the camera gives it, and the truth about it."""
        renderer = Renderer(self.world)
        shown = renderer.render(CAMERA, self.camera2world, DEPTHS[self.depth], self.seed)
        color = _lit(shown.frame.color, self.tint, np.random.default_rng(self.seed))
        return replace(shown, frame=replace(shown.frame, color=color))


def make_scene(seed: int) -> Scene:
    """The scene of a seed: 5 to 12 things."""
    rng = np.random.default_rng((seed, 17))
    count = int(rng.integers(5, 13))
    in_bin = bool(rng.random() < _BINS)
    table = Table(rng)
    if in_bin:
        table = Table(rng, [], _BIN_FLOOR, _BIN_ROOM)
        count = min(count, 7)
    palette = _palette(rng)
    odd = palette[0] == 'odd one'
    for number in range(count):
        colors = palette[1:]
        if odd:
            colors = palette[2:] if number == 1 else palette[1:2]
        way = str(rng.choice(list(_WAYS), p=list(_WAYS.values()))) if number else 'free'
        thing = _thing_for(way, rng, number, colors, in_bin, number == 0)
        if not table.put(thing, way):
            table.put(thing, 'free')
    return _seen(tuple(table.placed), rng, seed, in_bin)


def _palette(rng: np.random.Generator) -> tuple[str, ...]:
    """A kind of palette, then colour names."""
    kind = str(rng.choice(list(_PALETTES), p=list(_PALETTES.values())))
    names = [str(name) for name in rng.permutation(list(COLORS))]
    return kind, *(names[:3] if kind == 'few' else names)


def _thing_for(
    way: str,
    rng: np.random.Generator,
    number: int,
    colors: tuple[str, ...],
    in_bin: bool,
    is_first: bool,
) -> Thing:
    """A thing that can be placed in a way.

    Args:
        way: in which it will be placed.
        rng: source of all choices.
        number: of the thing.
        colors: of which it has one.
        in_bin: whether it must fit a bin.
        is_first: whether others will be placed on, in and against it.
    """
    nouns: tuple[str, ...] = ()
    if way == 'in':
        nouns = ('ball', 'block', 'can')
    elif way == 'leaning':
        nouns = ('book', 'wallet', 'box')
    elif way == 'on':
        nouns = ('mug', 'can', 'block', 'bottle', 'banana', 'box')
    elif is_first:
        nouns = ('bowl', 'box', 'book')
    if in_bin and not nouns:
        nouns = ('mug', 'can', 'box', 'block', 'ball', 'banana', 'bottle', 'screwdriver')
    return draw_thing(rng, number, colors, nouns)


def _seen(
    placed: tuple[Placed, ...], rng: np.random.Generator, seed: int, in_bin: bool
) -> Scene:  # fmt: skip
    """The scene with a light, a camera and its pose.

    Args:
        placed: the things.
        rng: source of all choices.
        seed: of the scene.
        in_bin: whether the things are in a bin.
    """
    items = tuple(p.item for p in placed)
    if in_bin:
        items = (*items, replace(make_bin().item, name=BIN))
    table = sim.Table(
        size=(float(rng.uniform(0.8, 1.6)), 1.6),
        texture=str(rng.choice(['wood', 'cloth', 'plain'])),
        seed=int(rng.integers(1000)),
    )
    light = sim.Light(
        direction=(float(rng.uniform(-0.7, 0.7)), float(rng.uniform(-0.7, 0.7)), 1.0),
        intensity=float(rng.uniform(0.35, 0.75)),
        ambient=float(rng.uniform(0.3, 0.5)),
        softness=float(rng.uniform(0.03, 0.15)),
    )
    elevation = float(rng.uniform(20, 90))
    roll = int(rng.choice([0, 90, 180, 270]))
    pose = _view(rng, elevation, roll)
    warmth, dimness = float(rng.uniform(-1, 1)), float(rng.uniform(0, 1)) ** 2
    shift = (_WARM if warmth > 0 else _COLD) - 1
    tint = (1 + abs(warmth) * shift) * (1 - dimness * (1 - _DIMMEST))
    depth = str(rng.choice(list(DEPTHS), p=_DEPTH_SHARES))
    world = sim.World(items, table, light, name=f'grounding_{seed}')
    return Scene(placed, world, pose, depth, elevation, roll, tint, seed, in_bin)


def _view(rng: np.random.Generator, elevation: float, roll: int) -> FloatArray:
    """A camera pose (4x4, to world) that looks at the middle of the things.

    Args:
        rng: source of all choices.
        elevation: degrees.
        roll: degrees.
    """
    azimuth, distance = float(rng.uniform(-np.pi, np.pi)), float(rng.uniform(0.6, 0.95))
    # A camera that stands low sees no wall of the room behind the table from its other side.
    rise = np.radians(elevation)
    toward = [np.cos(azimuth) * np.cos(rise), np.sin(azimuth) * np.cos(rise), np.sin(rise)]
    target = np.array([*rng.uniform(-0.04, 0.04, 2), 0.04])
    pose = look_at(target + distance * np.array(toward), target)
    turn, angle = np.eye(4), np.radians(roll)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    return pose @ turn


def _lit(color: ByteArray, tint: FloatArray, rng: np.random.Generator) -> ByteArray:
    """An image (h, w, 3) in a light, with the noise of its sensor.

    Args:
        color: (h, w, 3) uint8 RGB in white light.
        tint: (3,) linear gains.
        rng: of the noise.
    """
    levels = np.arange(256)[:, None] * tint ** (1 / 2.2)
    noisy = np.stack([levels[color[..., k], k] for k in range(3)], axis=-1)
    noisy += float(rng.uniform(*_COLOR_NOISE)) * rng.standard_normal(color.shape)
    return np.asarray(np.clip(np.round(noisy), 0, 255), np.uint8)
