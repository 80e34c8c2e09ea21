"""Oriented boxes around an object, extended down to its support."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...frame import RgbdFrame
from ...support_plane import SupportPlane
from ...transforms import make_transform
from ..observation.observe import observe
from ..observation.scene import Scene
from .box_top import BoxTop

# Per cent of the points left out at either end, since depth noise has tails. Chosen: two points
# of a full cloud; a box of five such ends holds more than 98 % of them.
_TAIL_PERCENT = 0.25
# What is to be kept clear of is grown by this much on each side, m, and by so many standard
# deviations of the depth: faces lie in the sides of the box, and half of their readings outside.
# Chosen: holds 98 % of the readings of a box.
_MARGIN = 0.001
_MARGIN_SIGMAS = 2.0
# Largest difference in size between a box and the top that replaces its sides, m. Chosen: the
# outermost readings of both ends together may lie this far outside.
_SAME_SIZE = 0.008


@dataclass(frozen=True)
class ObjectBox:
    """An oriented box.

    Attributes:
        box2frame: 4x4 pose of its centre; for a gravity-aligned box z is up and x the longer
            horizontal side. In the camera's optical frame, where nothing else is said.
        size: (3,) extent along its own axes, m.
        on_support: its lower face lies in the plane of a support.
    """

    box2frame: FloatArray
    size: FloatArray
    on_support: bool = False

    def transformed(self, frame2other: FloatArray) -> ObjectBox:
        """The box in another frame, given the 4x4 transform to it."""
        return ObjectBox(frame2other @ self.box2frame, self.size, self.on_support)

    def corners(self) -> FloatArray:
        """(8, 3) corners, m."""
        signs = np.array(np.meshgrid((-1, 1), (-1, 1), (-1, 1), indexing='ij')).reshape(3, -1).T
        offsets = signs * self.size / 2
        return np.asarray(offsets @ self.box2frame[:3, :3].T + self.box2frame[:3, 3])


def box_around(points: FloatArray, scene: Scene) -> ObjectBox:
    """The box of an object with its hidden side, in the optical frame.

    Over a support it is upright and reaches down to it; otherwise it lies along the principal
    axes. It is grown by the noise of the depth, and holds more than 98 % of the readings.

    Args:
        points: (n, 3) in the support frame, m.
        scene: that the object is part of.
    """
    distance = np.linalg.norm(points.mean(axis=0) - scene.camera_position)
    margin = _MARGIN + _MARGIN_SIGMAS * float(scene.frame.noise.sigma(distance))
    if scene.plane is None:
        box2support, size = _principal_box(points)
        size = size + 2 * margin
    else:
        (x, y), angle, size = upright_extent(points)
        size = size + (2 * margin, 2 * margin, margin)
        box2support = _upright(x, y, angle, size)
    return ObjectBox(scene.support2camera @ box2support, size, scene.plane is not None)


def upright_box(frame: RgbdFrame, mask: BoolArray, plane: SupportPlane) -> ObjectBox:
    """The gravity-aligned box of least footprint that reaches down to the support.

    A level rectangular top of the same size gives the sides more accurately than the outermost
    readings.

    Args:
        frame: colour and depth.
        mask: (height, width) the object's pixels.
        plane: the support, in the optical frame.

    Raises:
        LiftError: too few readings of the object can be used.
    """
    scene, cloud = observe(frame, mask, plane, None)
    (x, y), angle, size = upright_extent(cloud.points)
    top = BoxTop.of(cloud, scene.camera_position)
    if top is not None and top.measured.all():
        long = int(np.argmax(top.half))
        exact = np.array([*2 * top.half[[long, 1 - long]], top.height])
        if np.abs(exact - size).max() < _SAME_SIZE:
            (x, y), size = top.center, exact
            angle = float(np.arctan2(top.axes[long, 1], top.axes[long, 0]))
    return ObjectBox(scene.support2camera @ _upright(x, y, angle, size), size, True)


def upright_extent(points: FloatArray) -> tuple[tuple[float, float], float, FloatArray]:
    """The upright box of least footprint around points, down to the support.

    Args:
        points: (n, 3) in the support frame, z up from the support, m.

    Returns:
        The footprint's centre (x, y), m; the angle of its longer side, rad, x toward y; the size
        (3,) along the longer side, the shorter one and up, m.
    """
    _, (width, depth), degrees = cv2.minAreaRect(points[:, :2].astype(np.float32))
    angle = float(np.radians(degrees if width >= depth else degrees + 90.0))
    cosine, sine = np.cos(angle), np.sin(angle)
    turn = np.array([[cosine, -sine], [sine, cosine]])
    low, high = np.percentile(points[:, :2] @ turn, (_TAIL_PERCENT, 100 - _TAIL_PERCENT), axis=0)
    x, y = turn @ (low + high) / 2
    top = float(np.percentile(points[:, 2], 100 - _TAIL_PERCENT))
    return (float(x), float(y)), angle, np.array([*(high - low), top])


def free_box(
    frame: RgbdFrame,
    mask: BoolArray,
    plane: SupportPlane | None = None,
) -> ObjectBox:
    """The box along the principal axes of the visible surface, the longest first.

    With a support, the points' projections onto it are included.

    Args:
        frame: colour and depth.
        mask: (height, width) the object's pixels.
        plane: the support in the optical frame, if there is one.

    Raises:
        LiftError: too few readings of the object can be used.
    """
    scene, cloud = observe(frame, mask, plane, None)
    points = cloud.points
    if plane is not None:
        points = np.concatenate([points, points * (1.0, 1.0, 0.0)])
    box2support, size = _principal_box(points)
    return ObjectBox(scene.support2camera @ box2support, size)


def _upright(x: float, y: float, angle: float, size: FloatArray) -> FloatArray:
    """The pose (4x4) of a box that stands on the support, its long side turned by an angle."""
    cosine, sine = np.cos(angle), np.sin(angle)
    rotation = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return make_transform(rotation, (x, y, size[2] / 2))


def _principal_box(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Pose (4x4) and size (3,) of the box along the principal axes of points (n, 3)."""
    center = points.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((points - center).T))
    rotation = vectors[:, ::-1].copy()
    rotation[:, 2] *= np.sign(np.linalg.det(rotation))
    local = (points - center) @ rotation
    low, high = np.percentile(local, (_TAIL_PERCENT, 100 - _TAIL_PERCENT), axis=0)
    return make_transform(rotation, center + rotation @ ((low + high) / 2)), high - low
