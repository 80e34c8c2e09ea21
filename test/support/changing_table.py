"""The table scene with things that come, move and go, and how far a gripper stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import table_scene
from planned_solids import FRANKA_HAND

from benchmarks.analytic.cast import Placed, cast, stand
from benchmarks.analytic.solids import box
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame

RED, BLUE, GREEN = (200, 20, 20), (20, 40, 200), (60, 160, 60)
ORANGE, YELLOW, GREY = (230, 110, 20), (220, 200, 30), (190, 190, 190)
# Sample points along each edge of the gripper's boxes: 1 to 8 mm apart.
_SAMPLES = 25


@dataclass(frozen=True)
class Block:
    """A box on the table, or above it, in the world.

    Attributes:
        low, high: (3,) corners, m.
        paint: RGB.
    """

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    paint: tuple[int, int, int] = GREEN

    @property
    def placed(self) -> Placed:
        low, high = np.array(self.low), np.array(self.high)
        middle = (low + high) / 2
        return stand(box(*(high - low)), middle[0], middle[1], low[2])

    def moved(self, x: float, y: float) -> Block:
        """The block shifted on the table, m."""
        shift = np.array([x, y, 0.0])
        return Block(tuple(np.add(self.low, shift)), tuple(np.add(self.high, shift)), self.paint)

    @property
    def middle(self) -> np.ndarray:
        """(2,) of its base, m."""
        return (np.array(self.low) + self.high)[:2] / 2


RED_BOX = Block((-0.12, -0.02, 0.0), (-0.075, 0.05, 0.06), RED)
BLUE_BOX = Block((0.075, -0.02, 0.0), (0.12, 0.05, 0.06), BLUE)
ORANGE_BOX = Block((-0.14, -0.02, 0.0), (-0.095, 0.05, 0.06), ORANGE)
YELLOW_BOX = Block((-0.02, -0.02, 0.0), (0.025, 0.05, 0.06), YELLOW)
GREY_BOX = Block((-0.12, -0.02, 0.0), (-0.075, 0.05, 0.06), GREY)
# 5 mm behind the red box and taller than it.
BEHIND = Block((-0.125, 0.055, 0.0), (-0.07, 0.10, 0.10))

SENTENCE = 'pick up the red box'
# Deeper than this is inside: a reading is rounded to 1 mm.
INSIDE_M = 0.0005
BOTH = (RED_BOX, BLUE_BOX)
IN_FRONT = Block((-0.125, -0.075, 0.0), (-0.07, -0.026, 0.09))
LEFT = Block((-0.19, -0.02, 0.0), (-0.127, 0.05, 0.10))
RIGHT = Block((-0.068, -0.02, 0.0), (-0.02, 0.05, 0.10))
CLOSED_IN = (
    *BOTH,
    Block((-0.16, 0.053, 0.0), (-0.03, 0.10, 0.10)),
    Block((-0.125, -0.06, 0.0), (-0.07, -0.023, 0.058)),
    Block((-0.18, -0.06, 0.0), (-0.123, 0.05, 0.10)),
    Block((-0.072, -0.06, 0.0), (-0.02, 0.05, 0.10)),
)


def images(
    blocks: Sequence[Block], camera: Camera = table_scene.CAMERA, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Colour (height, width, 3) uint8 and depth (height, width) uint16 in mm."""
    solids = [table_scene.TABLE[0], *(block.placed for block in blocks)]
    paints = np.array([table_scene.TABLE[1], *(block.paint for block in blocks)])
    depth, owner = cast(solids, camera, table_scene.camera2world())
    rng = np.random.default_rng(seed)
    depth = depth + rng.normal(0, 0.0005, depth.shape)
    color = paints[owner] + rng.integers(-12, 13, (*depth.shape, 3))
    return color.clip(0, 255).astype(np.uint8), np.round(depth * 1000).astype(np.uint16)


def frame(blocks: Sequence[Block], stamp_ns: int, seed: int = 0) -> RgbdFrame:
    """The scene as a frame."""
    return RgbdFrame.from_arrays(
        *images(blocks, seed=seed), table_scene.CAMERA, stamp_ns
    )  # fmt: skip


def entered_m(tcp2camera: np.ndarray, opening: float, blocks: Iterable[Block]) -> float:
    """How deep the open gripper stands in a block or in the table, m; 0 in neither."""
    tcp2world = table_scene.camera2world() @ tcp2camera
    deepest = 0.0
    for low, high in FRANKA_HAND.boxes(opening):
        axes = [np.linspace(a, b, _SAMPLES) for a, b in zip(low, high, strict=True)]
        points = np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1).reshape(-1, 3)
        points = points @ tcp2world[:3, :3].T + tcp2world[:3, 3]
        deepest = max(deepest, float(-points[:, 2].min()))
        for block in blocks:
            inside = np.minimum(points - block.low, np.subtract(block.high, points)).min(axis=1)
            deepest = max(deepest, float(inside.max()))
    return deepest
