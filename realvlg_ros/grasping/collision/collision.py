"""Collisions of the gripper with the depth image: space behind a visible surface is not free."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...arrays import BoolArray, Float32Array, FloatArray, IndexArray
from ..candidates import SWEEP, Candidates, local_coordinates
from ..context import PlanningContext
from ..gripper import Gripper
from .obstacles import Obstacles

# Distance between sample points on the gripper, m. Chosen: less than twice the clearance by which
# obstacles are dilated, so that none passes between two points.
_STEP = 0.007
# Largest clearance that is measured, m, and the number of obstacle points it is measured to.
# Chosen: more clearance is of no use; these points are a few millimetres apart around a gripper.
SEARCHED = 0.10
_MAX_POINTS = 2000
# Where the pads are looked at while they close, in shares of their way from the contact outward.
# Chosen: the contact itself is the object's; of a wide opening the steps are a centimetre.
_CLOSING_SHARES = (0.3, 0.6, 0.85)
# Farther than the reading in the same place of the image by more than this, m, is behind the
# object. Chosen: beside its outline, where masks are a few pixels off, a finger reaches half its
# width farther.
_BEHIND = 0.015
# Reasons of refusals.
MEETS_OTHERS = 'gripper meets other things'
REACHES_HOLES = 'gripper reaches where the depth has no readings'


@dataclass(frozen=True)
class Collisions:
    """Collisions of a batch of candidates.

    Attributes:
        table: (n,) True where the gripper is nearer to the support than the clearance.
        obstacle: (n,) True where the gripper reaches into an obstacle.
        hole: (n,) True where it reaches to what may stand in a hole of the depth.
        unobserved: (n,) share of the fingers' sample points in occluded space, in holes or
            outside the image.
        palm_unobserved: (n,) the same of the palm's.
        shadowed: (n, 2) share of the sample points of the finger at -y, and at +y, that the object
            hides itself.
    """

    table: BoolArray
    obstacle: BoolArray
    hole: BoolArray
    unobserved: FloatArray
    palm_unobserved: FloatArray
    shadowed: FloatArray


def check_collisions(context: PlanningContext, candidates: Candidates) -> Collisions:
    """Check fingers and palm of every candidate against support, obstacles and unseen space.

    Between the open fingers and the object nothing else may stand: the fingers would hold it. On
    the first part of the way from the pre-grasp pose the palm may meet nothing that is seen.
    """
    scene, obstacles = context.scene, context.obstacles
    points, fingers = _gripper_points(candidates, context.gripper, _STEP)
    pixels = scene.pixels_of(points)
    met, lost = _met(obstacles, points, pixels)
    swept = _closing_points(candidates, context.gripper)
    clamped, clamped_lost = _met(obstacles, swept, scene.pixels_of(swept))
    way = _way_points(candidates, context.gripper, context.settings.standoff)
    stopped, _ = _met(obstacles, way, scene.pixels_of(way))
    index, z, inside = pixels
    hole = obstacles.holes.ravel()[index]
    # Space outside the image is unobserved, too. The palm is far from what casts shadows: of the
    # holes the deep ones count.
    surface = scene.frame.depth.ravel()[index]
    hidden = ~inside | (z >= surface)
    hidden[:, fingers:] &= (surface > 0)[:, fingers:] | (hole | ~inside)[:, fingers:]
    own = ((z - surface > _BEHIND) & (surface > 0) & inside)[:, :fingers]
    own &= scene.mask.ravel()[index[:, :fingers]]
    lowest = points[..., 2].min(axis=1)
    table = (lowest < context.settings.table_clearance - 1e-4) & (scene.plane is not None)
    return Collisions(
        np.asarray(table),
        met | clamped | stopped,
        lost | clamped_lost,
        hidden[:, :fingers].mean(axis=1, dtype=np.float64),
        hidden[:, fingers:].mean(axis=1, dtype=np.float64),
        own.reshape(len(own), 2, -1).mean(axis=2, dtype=np.float64),
    )


def coarse_crossings(context: PlanningContext, candidates: Candidates) -> BoolArray:
    """Whether (n,) the open gripper clearly intersects the object, on a downsampled cloud."""
    gripper, points = context.gripper, context.cloud.points
    points = points[:: -(-len(points) // 200)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    opening = candidates.openings[:, None] / 2
    finger = (np.abs(x) < gripper.finger_width / 2) & (np.abs(y) > opening) & (z < 0)
    finger &= np.abs(y) < opening + gripper.finger_thickness
    palm_x, palm_y, _ = gripper.palm_size
    palm = (np.abs(x) < palm_x / 2) & (np.abs(y) < palm_y / 2) & (z < -gripper.finger_length)
    return np.asarray((finger | palm).sum(axis=1) > 1)


def coarse_hits(context: PlanningContext, candidates: Candidates) -> tuple[BoolArray, BoolArray]:
    """Whether any of a few points on the gripper lies in an obstacle: a fast pre-check.

    Returns:
        (n,) in something seen; (n,) where something may stand in a hole of the depth.
    """
    points, _ = _gripper_points(candidates, context.gripper, 4 * _STEP)
    return _met(context.obstacles, points, context.scene.pixels_of(points))


def _met(
    obstacles: Obstacles, points: Float32Array, pixels: tuple[IndexArray, Float32Array, BoolArray]
) -> tuple[BoolArray, BoolArray]:
    """Whether any of points (n, p, 3) lies in an obstacle.

    Args:
        obstacles: of the scene.
        points: in the support frame, m.
        pixels: their projection, from scene.pixels_of.

    Returns:
        (n,) in something seen; (n,) where something may stand in a hole of the depth.
    """
    hit, hole = obstacles.hits(points, pixels), obstacles.holes.ravel()[pixels[0]]
    return np.asarray((hit & ~hole).any(axis=1)), np.asarray((hit & hole).any(axis=1))


def clearances(context: PlanningContext, candidates: Candidates) -> FloatArray:
    """Distances (n,) of the open gripper from the support and visible obstacles, m.

    Exact for the points that it is measured to, which are a few millimetres apart; at most
    SEARCHED.
    """
    gripper = context.gripper
    center = candidates.tips.mean(axis=0)
    spread = float(np.linalg.norm(candidates.tips - center, axis=1).max())
    reach = gripper.finger_length + float(np.linalg.norm(gripper.palm_size)) + SEARCHED
    points = context.obstacles.points(center, spread + reach, _MAX_POINTS)
    local = local_coordinates(candidates, points)
    # (3 boxes, 2 corners, n, 3) for all openings.
    boxes = np.stack([gripper.boxes(float(opening)) for opening in candidates.openings], axis=2)
    nearest = np.full(len(candidates), SEARCHED)
    for lower, upper in boxes.astype(np.float32)[..., None]:
        outside = np.maximum(np.maximum(lower - local, local - upper), 0)
        outside *= outside
        square = outside.sum(axis=1).min(axis=1, initial=SEARCHED**2)
        nearest = np.minimum(nearest, np.sqrt(square))
    if context.scene.plane is None:
        return nearest
    up = candidates.rotations[:, 2]
    lowest = np.minimum(boxes[:, 0] * up, boxes[:, 1] * up).sum(axis=2).min(axis=0)
    return np.minimum(nearest, np.maximum(candidates.tips[:, 2] + lowest, 0.0))


def _gripper_points(
    candidates: Candidates, gripper: Gripper, step: float
) -> tuple[Float32Array, int]:
    """Sample points (n, p, 3) in the support frame, m, and how many, the first, are on fingers."""
    left, right, palm = _sample_points(gripper, step)
    rotations = candidates.rotations.astype(np.float32)
    shift = rotations[:, :, 1] * (candidates.openings.astype(np.float32) / 2)[:, None]
    # Coordinates are the rows, so that each is one block of memory.
    samples = np.concatenate([left, right, palm]).T.astype(np.float32)
    points = (rotations.reshape(-1, 3) @ samples).reshape(len(rotations), *samples.shape)
    points += candidates.tips.astype(np.float32)[:, :, None]
    points[:, :, : len(left)] -= shift[:, :, None]
    points[:, :, len(left) : len(left) + len(right)] += shift[:, :, None]
    return np.swapaxes(points, 1, 2), len(left) + len(right)


def _closing_points(candidates: Candidates, gripper: Gripper) -> Float32Array:
    """Points (n, p, 3), m, that the pads sweep on their way from the opening to the contacts."""
    half, length = gripper.finger_width / 2, gripper.finger_length
    pad = _box_points((-half, 0.0, -length), (half, 0.0, 0.0), 2.5 * _STEP)
    way = (candidates.openings - candidates.widths)[:, None] / 2
    places = candidates.widths[:, None] / 2 + way * np.array(_CLOSING_SHARES)
    places = np.concatenate([places, -places], axis=1)
    points = candidates.tips[:, None] + places[..., None] * candidates.rotations[:, None, :, 1]
    points = points[:, :, None] + (pad @ np.swapaxes(candidates.rotations, 1, 2))[:, None]
    return np.asarray(points.reshape(len(candidates), -1, 3), np.float32)


def _way_points(candidates: Candidates, gripper: Gripper, standoff: float) -> Float32Array:
    """Points (n, p, 3), m, on the palm's sides before the last part of its way.

    Args:
        candidates: in the support frame.
        gripper: its shape.
        standoff: of the pre-grasp pose, m.
    """
    x, y, z = gripper.palm_size
    front = -gripper.finger_length - z - SWEEP
    back = min(front + SWEEP - standoff, front)
    points = _side_points((-x / 2, -y / 2, back), (x / 2, y / 2, front), 2.5 * _STEP)
    points = candidates.tips[:, None] + points @ np.swapaxes(candidates.rotations, 1, 2)
    return np.asarray(points, np.float32)


@lru_cache(maxsize=8)
def _box_points(lower: tuple[float, ...], upper: tuple[float, ...], step: float) -> FloatArray:
    axes = [
        np.linspace(low, high, int(np.ceil((high - low) / step)) + 1)
        for low, high in zip(lower, upper, strict=True)
    ]
    return np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1).reshape(-1, 3)


@lru_cache(maxsize=8)
def _shell_points(lower: tuple[float, ...], upper: tuple[float, ...], step: float) -> FloatArray:
    """Points (k, 3), m, on a box's front face at the upper z and, less dense, on its sides."""
    x0, y0, _ = lower
    x1, y1, front = upper
    face = _box_points((x0, y0, front), (x1, y1, front), step)
    return np.concatenate([face, _side_points(lower, (x1, y1, front - 2 * step), 2.5 * step)])


@lru_cache(maxsize=8)
def _side_points(
    lower: tuple[float, float, float], upper: tuple[float, float, float], step: float
) -> FloatArray:
    """Points (k, 3), m, on the four sides of a box along z."""
    points = _box_points(lower, upper, step)
    on_side = np.isin(points[:, 0], (lower[0], upper[0]))
    on_side |= np.isin(points[:, 1], (lower[1], upper[1]))
    return points[on_side]


def _sample_points(gripper: Gripper, step: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Points (k, 3) in the TCP frame, m, of the fingers, with their pads at y = 0, and the palm.

    The palm is extended back along the last part of the approach. Obstacles stand below it, so
    that they enter through its front face or its sides.
    """
    half, length = gripper.finger_width / 2, gripper.finger_length
    thick = gripper.finger_thickness
    left = _box_points((-half, -thick, -length), (half, 0.0, 0.0), step)
    right = left * (1.0, -1.0, 1.0)
    x, y, z = gripper.palm_size
    back = -length - z - SWEEP
    palm = _shell_points((-x / 2, -y / 2, back), (x / 2, y / 2, -length), 1.3 * step)
    return left, right, palm
