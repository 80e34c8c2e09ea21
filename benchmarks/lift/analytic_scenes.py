"""Solids on a table in closed form: exact depth, exact masks and the true grasp.

A case is one rectangle on one object, drawn a few millimetres and degrees off as a model does. The
true grasp is where fingers touch that close along an axis of the object: the opening axis, the
width, and a centre that may lie anywhere along the approach within the heights at which both
contacts are antipodal (a finger holds a wall at any height, a ball only near its equator). The
drawn grasp is the same one with the axis that the drawn direction implies on the surface: in the
plane through the camera and the line drawn, and square to the approach.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import sheet
from benchmarks.lift.analytic_setups import ROUND_SPAN, Setup, setups
from realvlg_ros.arrays import BoolArray, FloatArray
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel, DepthSampler
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.transforms import invert, transform_points

_FINGER_WIDTH = 0.020
# Standard deviation of the angle at which rectangles are drawn, rad.
_TURN = math.radians(3)


@dataclass(frozen=True)
class TrueGrasp:
    """What a lift should find, in the camera's optical frame, m.

    Attributes:
        center: (3,) between the contacts.
        axis: (3,) unit vector along the opening.
        approach: (3,) unit vector across it, along which the centre may move.
        width: distance of the contacts.
        span: how far the centre may move along the approach, least and most.
    """

    center: FloatArray
    axis: FloatArray
    approach: FloatArray
    width: float
    span: tuple[float, float]

    def center_error(self, center: FloatArray) -> float:
        """Distance of a centre (3,) from the true ones, m."""
        offset = center - self.center
        along = float(offset @ self.approach)
        across = offset - along * self.approach
        beyond = along - float(np.clip(along, *self.span))
        return float(math.hypot(float(np.linalg.norm(across)), beyond))

    def axis_error(self, axis: FloatArray) -> float:
        """Angle between the opening axes either way round, rad; a right angle for no axis."""
        length = max(float(np.linalg.norm(axis)), 1e-12)
        return math.acos(min(1.0, abs(float(axis @ self.axis)) / length))


@dataclass(frozen=True, eq=False)
class LiftCase:
    """One rectangle on one solid, seen by one camera.

    Attributes:
        shape: what it is, such as 'mug rim'.
        tilt: of the optical axis from the vertical, rad.
        distance: from the camera to the object, m.
        depth: (height, width) exact depth, m.
        mask: (height, width) the object's pixels.
        camera: intrinsics.
        camera2world: 4x4, world z up.
        rectangle: drawn on the object as wide as a gripper opens, a little off the middle and
            turned a little.
        tight: the same from contact to contact, and in the middle.
        truth: the grasp it stands for.
        drawn: the grasp that its direction implies.
        sliding: (k, 3) directions along which the object may move without a difference.
        turning: (k, 3) axes through the centre about which it may turn without a difference.
    """

    shape: str
    tilt: float
    distance: float
    depth: FloatArray
    mask: BoolArray
    camera: Camera
    camera2world: FloatArray
    rectangle: GraspRectangle
    tight: GraspRectangle
    truth: TrueGrasp
    drawn: TrueGrasp
    sliding: FloatArray
    turning: FloatArray

    def clean_frame(self) -> RgbdFrame:
        """Float depth without noise."""
        color = np.full((*self.depth.shape, 3), 128, np.uint8)
        return RgbdFrame.from_arrays(color, self.depth, self.camera)

    @cached_property
    def _sampler(self) -> DepthSampler:
        return DepthCameraModel().prepare(self.depth.astype(np.float32), self.camera)

    def noisy_frame(self, seed: int) -> RgbdFrame:
        """16-bit depth in millimetres with the noise of a D435."""
        millimetres = np.rint(self._sampler.sample(seed) * 1000).astype(np.uint16)
        color = np.full((*self.depth.shape, 3), 128, np.uint8)
        return RgbdFrame.from_arrays(color, millimetres, self.camera)


def lift_cases(views: int, seed: int = 0) -> Iterator[LiftCase]:
    """Every solid in a number of views: tilts 0 to 60 degrees, 0.4 to 1.0 m, any yaw."""
    rng = np.random.default_rng(seed)
    camera = d435_camera()
    for setup in setups():
        for view in range(views):
            tilt = math.radians(60) * (view + rng.random()) / views
            distance = float(rng.uniform(0.4, 1.0))
            yaw = float(rng.uniform(-math.pi, math.pi))
            aim = np.array([*rng.uniform(-0.07, 0.07, 2), 0.0])
            # The object lies anywhere within the opening: the fingers close on it all the same.
            shift = float(rng.uniform(-0.25, 0.25)) * setup.margin
            turn = float(np.clip(rng.normal(0, _TURN), -2.5 * _TURN, 2.5 * _TURN))
            yield _place(setup, camera, tilt, distance, yaw, aim, (shift, turn))


def _place(
    setup: Setup,
    camera: Camera,
    tilt: float,
    distance: float,
    yaw: float,
    aim: FloatArray,
    off: tuple[float, float],
) -> LiftCase:
    """Stand a solid on the table and look past its grasp by `aim` (3,) m.

    The rectangle is drawn with an error `off`: m along its opening, and rad.
    """
    placed = stand(setup.solid, 0.0, 0.0, yaw=yaw)
    object2world = placed.solid2world
    target = transform_points(object2world, setup.middle) + aim
    eye = target + distance * np.array([-math.sin(tilt), 0.0, math.cos(tilt)])
    camera2world = look_at(eye, target)
    depth, owner = cast([stand(sheet(), 0.0, 0.0), placed], camera, camera2world)
    object2camera = invert(camera2world) @ object2world
    truth, contacts = _true_grasp(setup, object2camera)
    pixels = camera.project(contacts)
    jaw = _FINGER_WIDTH * camera.fx / float(contacts[:, 2].mean())
    shift, turned = off
    tight = ContactPair(*pixels[0], *pixels[1]).to_rectangle(jaw)
    tight = replace(tight, angle=tight.angle + turned)
    per_metre = tight.width / setup.width
    x, y = tight.center + tight.opening_axis * shift * per_metre
    opening = (setup.width + setup.margin) * per_metre
    rectangle = replace(tight, x=float(x), y=float(y), width=opening)
    sliding, turning = _symmetries(setup, truth)
    return LiftCase(
        setup.shape, tilt, distance, depth, owner == 1, camera, camera2world,
        rectangle, tight, truth, _drawn(setup, truth, tight, camera), sliding, turning,
    )  # fmt: skip


def _drawn(setup: Setup, truth: TrueGrasp, rectangle: GraspRectangle, camera: Camera) -> TrueGrasp:
    """The grasp along the axis that a rectangle through the true centre implies."""
    ends = camera.deproject(rectangle.to_contacts().points, [1.0, 1.0])
    axis = np.cross(np.cross(ends[0], ends[1]), truth.approach)
    axis *= np.sign(axis @ truth.axis) / np.linalg.norm(axis)
    # Between walls it is as much longer as it is turned.
    round_upright = setup.shape in ('sphere', 'standing cylinder', 'mug body')
    longer = 1.0 if round_upright else 1 / float(axis @ truth.axis)
    return replace(truth, axis=axis, width=truth.width * longer)


def _symmetries(setup: Setup, truth: TrueGrasp) -> tuple[FloatArray, FloatArray]:
    """Directions (k, 3) of sliding and axes (k, 3) of turning that change nothing."""
    across = np.cross(truth.axis, truth.approach)
    none = np.zeros((0, 3))
    if setup.shape == 'sphere':
        return none, np.eye(3)
    if setup.shape == 'lying cylinder':
        return across[None], across[None]
    if setup.shape in ('standing cylinder', 'mug body'):
        return none, truth.approach[None]
    return (across[None] if setup.shape == 'box' else none), none


def _true_grasp(setup: Setup, object2camera: FloatArray) -> tuple[TrueGrasp, FloatArray]:
    """The grasp in the optical frame, and the contacts (2, 3) that the rectangle is drawn to."""
    center = transform_points(object2camera, setup.middle)
    rotation = object2camera[:3, :3]
    axis = rotation @ np.asarray(setup.axis)
    if setup.round_axis is None:
        approach = rotation @ np.array([0.0, 0.0, -1.0])
        span = (0.0, setup.depth)
    else:
        approach = center / np.linalg.norm(center)
        along = rotation @ np.asarray(setup.round_axis)
        axis = np.cross(along, approach) if along.any() else axis - (axis @ approach) * approach
        axis /= np.linalg.norm(axis)
        approach = approach if not along.any() else np.cross(axis, along)
        approach *= np.sign(approach @ center)
        reach = ROUND_SPAN * setup.width / 2
        span = (-reach, reach)
    contacts = center + np.array([[-0.5], [0.5]]) * setup.width * axis
    return TrueGrasp(center, axis, approach, setup.width, span), contacts
