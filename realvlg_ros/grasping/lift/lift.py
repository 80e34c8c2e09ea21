"""From a rectangle or a contact pair in the image to contacts on the depth surface.

The depth at single pixels does not determine the contacts, and the line between two measured
contacts is no reliable opening axis across a thin wall. The opening axis therefore projects to
the direction in the image and is constrained to be orthogonal to the support's normal (without a
support, to the line of sight) for a level top with edges, and to the line of sight for a round
surface.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import FloatArray
from ...errors import LiftError
from ...rectangle import ContactPair, GraspRectangle
from ...support_plane import SupportPlane
from ..covariance import PROPOSED, lift_covariance, tcp_covariance
from ..grasp import Grasp, GraspSource
from ..observation.scene import Scene
from ..settings import PlannerSettings
from ..vectors import cross, length, unit
from .edge_contacts import close_on_slab
from .jaw_strip import JawStrip
from .round_surface import RoundSurface, fit_round_surface
from .top_surface import Slab, find_top

# Least number of samples on the object, and of samples with a reading. Chosen: two on each of the
# least number of lines.
_MIN_ON_OBJECT = 12
# Depth of the contacts below the edge, m. Chosen: more than edges are usually rounded by.
_BELOW_EDGE = 0.002
# Standard deviation of a support's direction, rad, as a multiple of its readings' rms residual
# over the root of their number and the plane's distance. Chosen: for a plane visible over a width
# equal to its distance, and neighbours that share their noise.
_PLANE_TILT = 2.5
# Standard deviation of the direction without a support, where the surface is assumed to face the
# camera, rad. Chosen: 17 degrees.
_UNKNOWN_TILT = 0.3
# Least standard deviation of a direction, rad. Chosen: 2 um over 40 mm.
_LEAST_TILT = 5e-5
# Log-likelihood ratio between round and flat beyond which only one of them is considered. Chosen:
# 150 to 1.
_CERTAIN = 5.0


@dataclass(frozen=True)
class LiftedContacts:
    """Contacts on the depth surface in the camera's optical frame.

    Attributes:
        points: (2, 3) m.
        support_counts: readings that each contact was computed from.
        support_ratio: share of the samples on the object, between the jaws, with a reading.
        spread: (2,) standard deviation of each contact along the opening, m.
        normal: (3,) unit vector out of the surface between the contacts, toward the gripper.
        covariance: 6x6 of the middle and the opening axis over (x, y, z, rotation x, y, z), m and
            rad; the rotation about the axis is free and has no variance here.
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
        return length(self.points[1] - self.points[0])

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

    Args:
        rectangle: in the image, px and rad.
        scene: the frame, the object's mask and the support.
        settings: the least share of samples with a reading.

    Raises:
        LiftError: the depth does not support an answer; the message says why.
        RectangleError: the centre lies outside the image.
    """
    height, width = scene.frame.depth.shape
    rectangle.check_inside(width, height)
    strip = JawStrip.sample(rectangle, scene)
    where = f'rectangle at ({rectangle.x:.0f}, {rectangle.y:.0f}) px'
    on, ratio = np.count_nonzero(strip.on), strip.support_ratio
    if on < _MIN_ON_OBJECT:
        raise LiftError(f'{where}: only {on} sampled pixels lie on the object; check its source')
    if ratio < settings.min_support_ratio or np.count_nonzero(strip.valid) < _MIN_ON_OBJECT:
        raise LiftError(
            f'{where}: {ratio:.0%} of {on} sampled pixels on the object have depth, at least '
            f'{settings.min_support_ratio:.0%} are needed; look from another side'
        )
    sigma = float(scene.frame.noise.sigma(float(strip.depth[strip.valid].mean())))
    normal = -strip.ray if scene.plane is None else scene.plane.normal
    top = find_top(strip, normal, sigma)
    if top is None:
        round_surface = fit_round_surface(strip, sigma)
        if round_surface is not None:
            return _from_round(round_surface, ratio)
        raise LiftError(f'{where}: no level surface lies between the jaws; use another rectangle')
    slab = Slab.below(top, strip, sigma)
    round_surface = fit_round_surface(strip, sigma, slab.residuals)
    if round_surface is None or round_surface.log_odds < -_CERTAIN:
        return _from_slab(strip, slab, scene.plane, ratio, where)
    round_ = _from_round(round_surface, ratio)
    if round_surface.log_odds > _CERTAIN:
        return round_
    try:
        flat = _from_slab(strip, slab, scene.plane, ratio, where)
    except LiftError:
        return round_
    return _likelier(round_, flat, round_surface.log_odds)


def _likelier(round_: LiftedContacts, flat: LiftedContacts, for_round: float) -> LiftedContacts:
    """The likelier of two lifts, with the covariance of their mixture.

    Args:
        round_: from a circle.
        flat: from a slab.
        for_round: log odds of the circle.
    """
    lifted, other = (round_, flat) if for_round > 0 else (flat, round_)
    probability_of_other = 1 / (1 + math.exp(abs(for_round)))
    axis, others = lifted.axis, other.axis
    turn = cross(axis, others if others @ axis > 0 else -others)
    off = np.concatenate([other.center - lifted.center, turn])
    spread = other.covariance + off[:, None] * off
    covariance = (1 - probability_of_other) * lifted.covariance + probability_of_other * spread
    return replace(lifted, covariance=covariance)


def lift_contacts(
    contacts: ContactPair, scene: Scene, gripper_width: float, settings: PlannerSettings
) -> LiftedContacts:
    """Lift a contact pair as a rectangle whose jaws are as wide as the fingers.

    Args:
        contacts: in the image, px.
        scene: the frame, the object's mask and the support.
        gripper_width: width of the fingers across the opening, m.
        settings: the least share of samples with a reading.

    Raises:
        LiftError: there is no depth between the contacts, or as for rectangles.
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


def carrying_lift(grasp: Grasp, lifts: Sequence[LiftedContacts]) -> Grasp:
    """A planned grasp with the covariance, at its TCP, of the lift that it came from.

    That lift is the nearest one, by the distance of the middles plus the difference between the
    lift's width and its projection on the grasp's opening axis, m. Grasps of the search are
    returned unchanged.
    """
    if grasp.source is not GraspSource.MODEL or not lifts:
        return grasp
    middle = grasp.contact_points.mean(axis=0)
    origin = min(
        lifts,
        key=lambda lifted: (
            length(lifted.center - middle)
            + lifted.width * (1 - abs(float(lifted.axis @ grasp.opening_axis)))
        ),
    )
    covariance = tcp_covariance(origin.covariance, middle, grasp.tcp2frame, PROPOSED)
    return replace(grasp, covariance=covariance)


def _from_round(round_surface: RoundSurface, ratio: float) -> LiftedContacts:
    offset = round_surface.radius * round_surface.axis
    half = round_surface.count // 2
    ray = unit(round_surface.center)
    spread = round_surface.sigmas[0] * math.sqrt(2)
    tilt = round_surface.tilt + _LEAST_TILT
    return LiftedContacts(
        np.array([round_surface.center - offset, round_surface.center + offset]),
        (half, half),
        ratio,
        (spread, spread),
        round_surface.outward,
        lift_covariance(round_surface.axis, ray, round_surface.sigmas, (tilt, _LEAST_TILT)),
    )


def _from_slab(
    strip: JawStrip, slab: Slab, plane: SupportPlane | None, ratio: float, where: str
) -> LiftedContacts:
    sides = close_on_slab(strip, slab)
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
    top = slab.top
    along = np.array([[sides[0].position], [sides[1].position]])
    points = slab.center - _BELOW_EDGE * top.normal + along * slab.axis
    spread = math.hypot(sides[0].sigma, sides[1].sigma) / 2
    deep = top.sigma / float(abs(strip.ray @ top.normal))
    tilt = _UNKNOWN_TILT if plane is None else _plane_tilt(plane)
    return LiftedContacts(
        points,
        (sides[0].count, sides[1].count),
        ratio,
        (sides[0].sigma, sides[1].sigma),
        top.normal,
        lift_covariance(slab.axis, strip.ray, (spread, deep), (tilt, _LEAST_TILT)),
    )


def _plane_tilt(plane: SupportPlane) -> float:
    """Standard deviation of a support's direction, rad."""
    return _PLANE_TILT * plane.rms / (math.sqrt(plane.inliers) * plane.offset) + _LEAST_TILT
