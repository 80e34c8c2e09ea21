"""Whether a plane found in the depth is what an object stands on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import BoolArray, FloatArray
from ...errors import LiftError, SupportPlaneError
from ...frame import RgbdFrame
from ...support_plane import SupportPlane, find_support_plane, known_support
from .near_limit import no_reading

# The support must be seen within so far of the object, m, by so many readings of about
# _READINGS; or it is this share of all readings, as where other things stand close around the
# object. Chosen: a hand's length; what a plane is fitted to.
_AROUND = 0.25
_MIN_SEEN = 30
_MIN_SHARE = 0.1
_READINGS = 6000
# The lowest reading of an object higher above a plane, m, is of an object that stands on something
# else. Chosen: no taller than what a hand holds; from above only the top may be visible.
_CARRIED = 0.35
# Share of an object's readings that may lie below its support. Chosen: outliers.
_BELOW = 0.1

NOT_SEEN = (
    'the support is not seen: what the object stands on has no depth readings (black, shiny or '
    'transparent?), so that neither fingers nor palm are known to be free; look from another '
    'side, or set support_frame to a frame of tf on that surface'
)


def support_under(
    frame: RgbdFrame, mask: BoolArray, found: SupportPlane | None, up: FloatArray | None
) -> SupportPlane:
    """What an object stands on: the higher of the planes below it, one that was seen first.

    Args:
        frame: colour and depth, and the support as it is known otherwise.
        mask: (height, width) the object's pixels.
        found: plane found in the depth, if there is one.
        up: (3,) unit vector opposite to gravity in the optical frame, if known.

    Raises:
        LiftError: none is known, and what was found is not under the object; or the object has
            no reading.
    """
    points = frame.points[mask & frame.valid].astype(np.float64)
    if len(points) == 0:
        raise LiftError(no_reading(frame))
    tolerance = float(frame.noise.tolerance(np.median(points[:, 2])))

    known = known_support(frame)
    if found is None or not _carries(frame, mask, found, points):
        found = _find_near(frame, points, up)
    planes = [found] if found is not None and _carries(frame, mask, found, points) else []
    if known is not None and -tolerance < _low(known, points) < _CARRIED:
        planes.append(known)
    if not planes:
        raise LiftError(NOT_SEEN)
    # The seen one is more accurate than a known one that is the same surface.
    lowest = [_low(plane, points) + 2 * tolerance * k for k, plane in enumerate(planes)]
    return planes[int(np.argmin(lowest))]


def _find_near(frame: RgbdFrame, points: FloatArray, up: FloatArray | None) -> SupportPlane | None:
    """The support in the readings around points (n, 3) of an object, if there is one.

    In the whole image a wall or a window may be the larger plane.
    """
    middle = np.median(points, axis=0)
    reach = _AROUND + _radius(points)
    near = np.linalg.norm(frame.points - middle.astype(np.float32), axis=-1) < reach
    depth = np.where(near, frame.depth, np.float32(0))
    try:
        return find_support_plane(replace(frame, depth=depth), up)
    except SupportPlaneError:
        return None


def _carries(frame: RgbdFrame, mask: BoolArray, plane: SupportPlane, points: FloatArray) -> bool:
    """Whether an object's points (n, 3) stand on a plane that is seen around them."""
    tolerance = float(frame.noise.tolerance(np.median(points[:, 2])))
    low = _low(plane, points)
    return -tolerance < low < _CARRIED and _is_seen_around(frame, mask, plane, points)


def _low(plane: SupportPlane, points: FloatArray) -> float:
    """Height of the lowest of an object's points (n, 3) above a plane, without outliers, m."""
    return float(np.quantile(plane.height(points), _BELOW))


def _is_seen_around(
    frame: RgbdFrame, mask: BoolArray, plane: SupportPlane, points: FloatArray
) -> bool:
    """Whether readings beside an object, with points (n, 3), lie on a plane, and few below it."""
    step = max(1, round((frame.depth.size / _READINGS) ** 0.5))
    part = np.s_[step // 2 :: step, step // 2 :: step]
    other = (frame.valid & ~mask)[part]
    readings = frame.points[part][other].astype(np.float64)
    height = plane.height(readings)
    tolerance = 2 * frame.noise.tolerance(readings[:, 2])
    on = np.abs(height) < tolerance
    offset = readings - np.median(points, axis=0)
    beside = np.einsum('ni,ni->n', offset, offset) - (offset @ plane.normal) ** 2
    near = beside < (_AROUND + _radius(points)) ** 2
    through = near & (height < -2 * tolerance) & (height > -_CARRIED)
    if (through & near).sum() > (on & near).sum():
        return False
    return bool((on & near).sum() >= _MIN_SEEN or on.sum() >= _MIN_SHARE * len(on) > 0)


def _radius(points: FloatArray) -> float:
    return float(np.quantile(np.linalg.norm(points - np.median(points, axis=0), axis=1), 0.9))
