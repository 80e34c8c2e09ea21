"""Which readings around a followed object are its own, and not of what stands beside it."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import FloatArray
from ...image_region import RegionMask
from ...transforms import transform_points
from ..memory.key_frames import KeyFrame
from .object_views import ObjectViews
from .visibility import same_surface_m

# The outline is searched up to so many pixels farther out where the object shows a new side.
# Chosen: bounds the work.
_MAX_GROWTH_PX = 40


def own_pixels(
    views: ObjectViews,
    key: KeyFrame,
    object2camera: FloatArray,
    carried: RegionMask,
    up: FloatArray,
) -> RegionMask:
    """The object's pixels in a frame, as far as its known shape tells.

    What stands in front of the object, on it or beside it is not among them: a reading counts
    only inside the known extent, and outside of the carried outline only where the object has
    turned since the view was taken and shows a side that the outline does not hold.

    Args:
        views: what it looks like.
        key: the frame.
        object2camera: (4x4) pose in it.
        carried: the outline of its nearest view at that pose.
        up: (3,) unit vector from the support in the camera's frame.
    """
    surface = transform_points(object2camera, views.surface)
    heading = _upright(up)
    local = surface @ heading.T
    low, high = local.min(axis=0), local.max(axis=0)
    middle = float(np.median(surface[:, 2]))
    room = float(same_surface_m(np.array([middle]), key.noise)[0])
    turn = views.nearest(object2camera).angle_to(object2camera)
    turned = float(np.linalg.norm(high - low)) * np.sin(min(turn, 1.0))
    reach = min(int(turned * key.camera.fx / middle), _MAX_GROWTH_PX)
    left, top = max(carried.x_offset - reach, 0), max(carried.y_offset - reach, 0)
    rows, columns = carried.data.shape
    bottom = min(carried.y_offset + rows + reach, key.camera.height)
    right = min(carried.x_offset + columns + reach, key.camera.width)
    region = np.zeros((bottom - top, right - left), np.uint8)
    y, x = carried.y_offset - top, carried.x_offset - left
    region[y : y + rows, x : x + columns] = carried.data
    region = cv2.dilate(region, np.ones((2 * reach + 1,) * 2, np.uint8))
    depth = key.depth[top:bottom, left:right]
    points = np.dstack([key.camera.rays[top:bottom, left:right] * depth[..., None], depth])
    place = points @ heading.T
    # It may reach down to the support behind what was seen of it, but not above its top.
    inside = np.all(place < high + room, axis=-1) & np.all(
        place[..., :2] > low[:2] - room, axis=-1
    )
    own = (region > 0) & (inside | (depth <= 0))
    return RegionMask(left, top, own)


def _upright(up: FloatArray) -> FloatArray:
    """Rotation (3x3) from the camera's frame to axes whose third points up."""
    z = up / np.linalg.norm(up)
    x = np.cross((0.0, 1.0, 0.0) if abs(z[0]) > 0.5 else (1.0, 0.0, 0.0), z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z])
