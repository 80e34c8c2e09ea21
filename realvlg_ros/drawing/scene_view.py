"""A picture of a grasp in 3-D: the seen points and the gripper, from two sides, without GL."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from ..arrays import ByteArray, FloatArray
from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..grasping.grasp import Grasp
from ..grasping.gripper import Gripper
from ..image_region import RegionMask
from ..support_plane import find_support_plane
from ..transforms import transform_points

# Sides of a panel, px, and the radius of what it shows, m; brightness of its background, spacing
# of drawn surfaces, m, elevation of the view, offsets of the pixels of a point, px, and tints,
# RGB. Chosen: a hand and an object fill the panel without gaps.
_SIZE_PX = 480
_REACH_M = 0.30
_BACKGROUND = 245
_SPACING_M = 0.0008
_ELEVATION_RAD = np.radians(20)
_SPLAT_PX = (-1, 0, 1)
_OBJECT_TINT = np.array([64, 224, 255])
_GRIPPER_TINT = np.array([225, 60, 60])


@dataclass(frozen=True)
class _Layer:
    """Points (N, 3), m, with colours (N, 3), drawn over the layers before with an opacity."""

    points: FloatArray
    colors: FloatArray
    opacity: float


def draw_scene(
    frame: RgbdFrame, grasp: Grasp, gripper: Gripper, mask: RegionMask | None = None
) -> ByteArray:
    """Draw the points around a grasp and the gripper in place.

    The left view shows both fingers and the gap between them, the right one is turned by 70
    degrees; both look from the camera's side and a little above, with the support level.

    Args:
        frame: the frame that the grasp was planned on.
        grasp: in that frame's optical frame.
        gripper: drawn as boxes at the grasp's opening.
        mask: of the object; its points are tinted.

    Returns:
        (480, 960, 3) uint8 RGB.
    """
    layers = [_scene_layer(frame, grasp, mask), *_gripper_layers(grasp, gripper)]
    up = _up(frame)
    views = [
        ('across the opening', _look(grasp, up, 0.0)),
        ('from the side', _look(grasp, up, np.radians(70))),
    ]
    panels = []
    for title, rotation in views:
        panel = _draw_layers(layers, grasp.position, rotation)
        cv2.putText(
            panel, title, (12, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (40, 40, 40), 1, cv2.LINE_AA
        )
        panels.append(panel)
    return np.concatenate(panels, axis=1)


def _up(frame: RgbdFrame) -> FloatArray:
    """Unit vector (3,) away from the support; toward the image's top where none is seen."""
    try:
        return find_support_plane(frame, frame.up).normal
    except SupportPlaneError:
        return np.array([0.0, -1.0, 0.0])


def _look(grasp: Grasp, up: FloatArray, turn: float) -> FloatArray:
    """Rotation (3, 3) into a view from a little above, with up upward.

    At turn 0 it looks across the opening axis, from the camera's side; turned by an angle, rad,
    about up.
    """
    level = np.cross(up, grasp.opening_axis)
    if np.linalg.norm(level) < 0.1:
        level = np.cross(up, grasp.approach)
    level /= np.linalg.norm(level)
    level *= 1.0 if level[2] >= 0 else -1.0
    turned = Rotation.from_rotvec(turn * up).apply(level)
    z = np.cos(_ELEVATION_RAD) * turned - np.sin(_ELEVATION_RAD) * up
    y = -up + z * (up @ z)
    y /= np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z])


def _scene_layer(frame: RgbdFrame, grasp: Grasp, mask: RegionMask | None) -> _Layer:
    points = frame.points.reshape(-1, 3)
    colors = frame.color.reshape(-1, 3).astype(np.float64)
    if mask is not None:
        on_object = mask.to_full(*frame.depth.shape).reshape(-1)
        colors[on_object] = 0.75 * colors[on_object] + 0.25 * _OBJECT_TINT
    near = (points[:, 2] > 0) & (np.linalg.norm(points - grasp.position, axis=1) < _REACH_M)
    return _Layer(points[near].astype(np.float64), colors[near], 1.0)


def _gripper_layers(grasp: Grasp, gripper: Gripper) -> list[_Layer]:
    """The faces of the gripper's boxes, shaded by direction; what is behind the palm shows."""
    layers = []
    for corners, opacity in zip(gripper.boxes(grasp.opening_width), (0.9, 0.9, 0.3), strict=True):
        points, shades = _box_points(*corners)
        placed = transform_points(grasp.tcp2frame, points)
        layers.append(_Layer(placed, _GRIPPER_TINT * shades[:, None], opacity))
    return layers


def _box_points(lower: FloatArray, upper: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Points (N, 3) on the faces of a box and the shade (N,) of each."""
    points, shades = [], []
    for axis, shade in ((0, 0.85), (1, 0.7), (2, 1.0)):
        others = [i for i in range(3) if i != axis]
        grids = [np.arange(lower[i], upper[i] + _SPACING_M, _SPACING_M) for i in others]
        u, v = (grid.ravel() for grid in np.meshgrid(*grids))
        for level in (lower[axis], upper[axis]):
            face = np.empty((u.size, 3))
            face[:, others[0]], face[:, others[1]], face[:, axis] = u, v, level
            points.append(face)
            shades.append(np.full(u.size, shade))
    return np.concatenate(points), np.concatenate(shades)


def _draw_layers(layers: list[_Layer], center: FloatArray, rotation: FloatArray) -> ByteArray:
    """Draw layers orthographically around a centre, one over the other where it is nearer."""
    panel = np.full((_SIZE_PX, _SIZE_PX, 3), float(_BACKGROUND))
    nearest = np.full((_SIZE_PX, _SIZE_PX), np.inf)
    for layer in layers:
        colors, depth = _splat((layer.points - center) @ rotation.T, layer.colors)
        seen = depth < nearest
        mixed = layer.opacity * colors[seen] + (1 - layer.opacity) * panel[seen]
        panel[seen], nearest[seen] = mixed, depth[seen]
    return panel.astype(np.uint8)


def _splat(view: FloatArray, colors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Colours (size, size, 3) and depths (size, size), inf where nothing is, of points (N, 3)."""
    scale = _SIZE_PX / (1.1 * _REACH_M)
    # The gripper's body lies above the TCP: leave it more room.
    columns = np.round(view[:, 0] * scale + _SIZE_PX / 2).astype(int)
    rows = np.round(view[:, 1] * scale + _SIZE_PX * 0.62).astype(int)
    shifts = np.stack(np.meshgrid(_SPLAT_PX, _SPLAT_PX), axis=-1).reshape(-1, 1, 2)
    pixels = (np.stack([columns, rows], axis=-1) + shifts).reshape(-1, 2)
    order = np.argsort(-np.tile(view[:, 2], len(shifts)), kind='stable')
    order = order[((pixels[order] >= 0) & (pixels[order] < _SIZE_PX)).all(axis=1)]
    columns, rows = pixels[order].T
    panel = np.zeros((_SIZE_PX, _SIZE_PX, 3))
    depth = np.full((_SIZE_PX, _SIZE_PX), np.inf)
    # The last write to a pixel stays: the nearest point.
    panel[rows, columns] = colors[order % len(colors)]
    depth[rows, columns] = view[order % len(view), 2]
    return panel, depth
