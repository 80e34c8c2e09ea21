"""A picture of a grasp in 3-D: the seen points and the gripper, from two sides, without GL."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from .frame import RgbdFrame
from .grasping.grasp import Grasp
from .grasping.gripper import Gripper
from .image_region import RegionMask
from .transforms import FloatArray, transform_points

Image = npt.NDArray[np.uint8]

_SIZE_PX = 480
_REACH_M = 0.30
_BACKGROUND = 245
_SPACING_M = 0.0008
_SPLAT_PX = (-1, 0, 1)
_OBJECT_TINT = np.array([64, 224, 255])
_GRIPPER_TINT = np.array([225, 60, 60])


def draw_scene(
    frame: RgbdFrame, grasp: Grasp, gripper: Gripper, mask: RegionMask | None = None
) -> Image:
    """Draw the points around a grasp and the gripper in place.

    The left view looks along the jaws (both fingers and the gap between them are seen), the right
    one looks along the opening axis, turned and raised a little.

    Args:
        frame: the frame that the grasp was planned on.
        grasp: in that frame's optical frame.
        gripper: drawn as boxes at the grasp's opening.
        mask: of the object; its points are tinted.

    Returns:
        (480, 960, 3) uint8 RGB.
    """
    points, colors = _scene_points(frame, grasp, mask)
    body, shades = _gripper_points(grasp, gripper)
    points = np.concatenate([points, body])
    colors = np.concatenate([colors, shades])
    tcp = grasp.tcp2frame[:3, :3]
    views = [
        ('across the opening', _look(tcp[:, 0], tcp[:, 2], 0.0)),
        ('along the opening', _look(tcp[:, 1], tcp[:, 2], 0.6)),
    ]
    panels = []
    for title, rotation in views:
        panel = _splat(points - grasp.position, colors, rotation)
        cv2.putText(
            panel, title, (12, 24), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (40, 40, 40), 1, cv2.LINE_AA
        )
        panels.append(panel)
    return np.concatenate(panels, axis=1)


def _look(viewing: FloatArray, down: FloatArray, turn: float) -> FloatArray:
    """Rotation (3, 3) into a view whose z is a direction and whose y is another.

    The view is turned by an angle, rad, about its y and raised by half of it.
    """
    z = viewing / np.linalg.norm(viewing)
    y = down - z * (down @ z)
    y /= np.linalg.norm(y)
    about_y, _ = cv2.Rodrigues(np.array([0.0, turn, 0.0]))
    about_x, _ = cv2.Rodrigues(np.array([-turn / 2, 0.0, 0.0]))
    return np.asarray(about_x @ about_y @ np.stack([np.cross(y, z), y, z]))


def _scene_points(
    frame: RgbdFrame, grasp: Grasp, mask: RegionMask | None
) -> tuple[FloatArray, FloatArray]:
    points = frame.points.reshape(-1, 3)
    colors = frame.color.reshape(-1, 3).astype(np.float64)
    if mask is not None:
        on_object = mask.to_full(*frame.depth.shape).reshape(-1)
        colors[on_object] = 0.75 * colors[on_object] + 0.25 * _OBJECT_TINT
    near = (points[:, 2] > 0) & (np.linalg.norm(points - grasp.position, axis=1) < _REACH_M)
    return points[near].astype(np.float64), colors[near]


def _gripper_points(grasp: Grasp, gripper: Gripper) -> tuple[FloatArray, FloatArray]:
    """Points on the faces of the gripper's boxes, shaded by the face's direction."""
    points, shades = [], []
    for lower, upper in gripper.boxes(grasp.opening_width):
        for axis, shade in ((0, 0.85), (1, 0.7), (2, 1.0)):
            others = [i for i in range(3) if i != axis]
            grids = [np.arange(lower[i], upper[i] + _SPACING_M, _SPACING_M) for i in others]
            u, v = (g.ravel() for g in np.meshgrid(*grids))
            for level in (lower[axis], upper[axis]):
                face = np.empty((u.size, 3))
                face[:, others[0]], face[:, others[1]], face[:, axis] = u, v, level
                points.append(face)
                shades.append(np.tile(_GRIPPER_TINT * shade, (u.size, 1)))
    placed = transform_points(grasp.tcp2frame, np.concatenate(points))
    return placed, np.concatenate(shades)


def _splat(points: FloatArray, colors: FloatArray, rotation: FloatArray) -> Image:
    """Draw points (N, 3), m, orthographically; the nearest along z wins."""
    view = points @ rotation.T
    scale = _SIZE_PX / (1.1 * _REACH_M)
    # The gripper's body lies above the TCP (negative y): leave it more room.
    columns = np.round(view[:, 0] * scale + _SIZE_PX / 2).astype(int)
    rows = np.round(view[:, 1] * scale + _SIZE_PX * 0.62).astype(int)
    shifts = np.stack(np.meshgrid(_SPLAT_PX, _SPLAT_PX), axis=-1).reshape(-1, 1, 2)
    pixels = (np.stack([columns, rows], axis=-1) + shifts).reshape(-1, 2)
    order = np.argsort(-np.tile(view[:, 2], len(shifts)), kind='stable')
    order = order[((pixels[order] >= 0) & (pixels[order] < _SIZE_PX)).all(axis=1)]
    panel = np.full((_SIZE_PX, _SIZE_PX, 3), _BACKGROUND, np.uint8)
    # The last write to a pixel stays: the nearest point.
    panel[pixels[order, 1], pixels[order, 0]] = colors[order % len(colors)].astype(np.uint8)
    return panel
