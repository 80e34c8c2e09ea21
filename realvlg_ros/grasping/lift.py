"""From a rectangle or a contact pair in the image to contacts on the depth surface.

One pixel does not tell where jaws touch, and two contacts measured alone do not tell which way a
thin object faces. The opening axis is taken as the direction in the image, constrained to be
square to the surface's own normal where it is flat, to the support's normal where it has an edge
or rim there, and to the view where it is round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..errors import LiftError
from .arc import Arc, fit_arc
from .band import Band
from .covariance import lift_covariance
from .rectangle import ContactPair, GraspRectangle
from .scene import Scene
from .settings import PlannerSettings
from .slab import Side, Top, close_on_slab, find_top

FloatArray = npt.NDArray[np.float64]

_MIN_ON_OBJECT = 12
# Jaws touch the walls this far below the edge, m, if the object is tall enough.
_BELOW_EDGE = 0.002

# Calibration of the covariance by repeated draws of noise (benchmarks/lift.py): standard
# deviations of a fitted circle across and along the view in units of the readings', of the two
# contacts' middle in units of theirs, and of the direction of the axis, rad.
_ARC_ACROSS, _ARC_ALONG = 0.15, 1.1
_SIDES = 0.8
_AXIS_SIGMA = 2e-4
# Below so many standard deviations of the readings, round and flat things look alike.
_TELLABLE = 22.0


@dataclass(frozen=True)
class LiftedContacts:
    """Contacts on the depth surface in the camera's optical frame.

    Attributes:
        points: (2, 3) m.
        support_counts: readings that each contact rests on.
        support_ratio: share of good readings on the object inside the jaws' band.
        spread: (2,) standard deviation of each contact along the opening, m.
        normal: (3,) unit vector out of the surface between the contacts, toward the gripper.
        covariance: 6x6 of the middle and the opening axis over (x, y, z, rotation x, y, z), m and
            rad; the rotation about the axis is a choice and has no variance here.
    """

    points: FloatArray
    support_counts: tuple[int, int]
    support_ratio: float
    spread: tuple[float, float]
    normal: FloatArray
    covariance: FloatArray

    @property
    def width(self) -> float:
        """Distance of the contacts, m."""
        return float(np.linalg.norm(self.points[1] - self.points[0]))

    @property
    def axis(self) -> FloatArray:
        """Unit vector (3,) from the first contact to the second."""
        return (self.points[1] - self.points[0]) / max(self.width, 1e-9)

    @property
    def center(self) -> FloatArray:
        """Middle (3,) of the contacts, m."""
        return np.asarray(self.points.mean(axis=0))


def lift_rectangle(
    rectangle: GraspRectangle, scene: Scene, settings: PlannerSettings
) -> LiftedContacts:
    """Find where jaws that close along a rectangle's opening axis touch the surface.

    Raises:
        LiftError: the depth does not support an answer; the message says why.
        RectangleError: the centre lies outside the image.
    """
    height, width = scene.frame.depth.shape
    rectangle.check_inside(width, height)
    band = Band.sample(rectangle, scene)
    where = f'rectangle at ({rectangle.x:.0f}, {rectangle.y:.0f}) px'
    on, ratio = int(band.on.sum()), band.support_ratio
    if on < _MIN_ON_OBJECT:
        raise LiftError(f'{where}: only {on} sampled pixels lie on the object; check its source')
    if ratio < settings.min_support_ratio or band.valid.sum() < _MIN_ON_OBJECT:
        raise LiftError(
            f'{where}: {ratio:.0%} of {on} sampled pixels on the object have depth, at least '
            f'{settings.min_support_ratio:.0%} are needed; look from another side'
        )
    sigma = float(settings.noise.sigma(float(np.median(band.depth[band.valid]))))
    arc = fit_arc(band, sigma)
    if arc is not None:
        return _from_arc(arc, ratio, sigma)
    return _from_slab(band, scene, sigma, ratio, where)


def lift_contacts(
    contacts: ContactPair, scene: Scene, gripper_width: float, settings: PlannerSettings
) -> LiftedContacts:
    """Lift a contact pair as the rectangle whose jaws are as wide as the fingers, m.

    Raises:
        LiftError: as for rectangles.
        RectangleError: the middle lies outside the image.
    """
    rectangle = contacts.to_rectangle(1.0)
    rectangle.check_inside(*scene.frame.depth.shape[::-1])
    column, row = (int(round(v)) for v in (rectangle.x, rectangle.y))
    half = max(3, int(rectangle.width / 2))
    region = np.s_[max(row - half, 0) : row + half + 1, max(column - half, 0) : column + half + 1]
    near = scene.frame.depth[region][scene.mask[region]]
    if not (near > 0).any():
        raise LiftError(
            f'contacts around ({column}, {row}) px: the object has no depth between them; '
            'look from another side'
        )
    jaw = gripper_width * scene.frame.camera.fx / float(np.median(near[near > 0]))
    return lift_rectangle(contacts.to_rectangle(jaw), scene, settings)


def _from_arc(arc: Arc, ratio: float, sigma: float) -> LiftedContacts:
    offset = arc.radius * arc.axis
    spread = _ARC_ACROSS * sigma
    half = arc.count // 2
    ray = arc.center / np.linalg.norm(arc.center)
    return LiftedContacts(
        np.stack([arc.center - offset, arc.center + offset]),
        (half, half),
        ratio,
        (spread * np.sqrt(2), spread * np.sqrt(2)),
        arc.outward,
        lift_covariance(arc.axis, ray, (spread, _ARC_ALONG * sigma), (_AXIS_SIGMA,) * 2),
    )


def _from_slab(band: Band, scene: Scene, sigma: float, ratio: float, where: str) -> LiftedContacts:
    normal = (
        -band.center_ray / np.linalg.norm(band.center_ray)
        if scene.plane is None
        else scene.plane.normal
    )
    top = find_top(band, normal, sigma)
    if top is None:
        raise LiftError(f'{where}: no level surface lies between the jaws; use another rectangle')
    axis, center = _axis_on(top, band)
    sides = close_on_slab(band, top, axis, center, sigma)
    if sides is None:
        raise LiftError(
            f'{where}: no edge of the object lies between the jaws on one side; '
            'check the angle and width'
        )
    width = sides[1].position - sides[0].position
    if width <= 0:
        raise LiftError(
            f'{where}: the contacts disagree, the first lies {-width * 1e3:.1f} mm beyond the '
            'second; the depth there is too noisy or sparse'
        )
    points = np.stack([_contact(side, center, axis, top) for side in sides])
    covariance = _slab_covariance(band, top, axis, sides, sigma)
    return LiftedContacts(
        points,
        (sides[0].count, sides[1].count),
        ratio,
        (sides[0].sigma, sides[1].sigma),
        top.normal,
        covariance,
    )


def _slab_covariance(
    band: Band, top: Top, axis: FloatArray, sides: tuple[Side, Side], sigma: float
) -> FloatArray:
    """Covariance of contacts below a top, in the camera's frame."""
    ray = band.center_ray / np.linalg.norm(band.center_ray)
    along = _SIDES * float(np.hypot(sides[0].sigma, sides[1].sigma)) / 2
    deep = top.sigma / float(abs(ray @ top.normal))
    tilt = _AXIS_SIGMA
    width = sides[1].position - sides[0].position
    if width < _TELLABLE * sigma:
        # Too thin for its noise to tell round from flat: the axis may be square to the view.
        tilt = float(np.arccos(np.clip(-ray @ top.normal, -1, 1))) / np.sqrt(3) + _AXIS_SIGMA
        deep += width / 4
        along += width / 8
    return lift_covariance(axis, ray, (along, deep), (tilt, _AXIS_SIGMA))


def _axis_on(top: Top, band: Band) -> tuple[FloatArray, FloatArray]:
    """The opening axis (3,) in the top's plane that appears as drawn, and the centre (3,), m."""
    half = band.rectangle.width / 2
    ends = band.center_ray + np.array([[-half], [half]]) * band.pixel_rays[0]
    first, second = top.meet(ends)
    axis = (second - first) / np.linalg.norm(second - first)
    return axis, top.meet(band.center_ray)


def _contact(side: Side, center: FloatArray, axis: FloatArray, top: Top) -> FloatArray:
    return np.asarray(center + side.position * axis - _BELOW_EDGE * top.normal)
