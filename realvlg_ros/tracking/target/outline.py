"""The outline of a target in a frame in which its pose is known."""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray
from ...image_region import RegionMask
from ...support_plane import SupportPlane
from ..measurement.own_pixels import own_pixels
from ..memory.key_frames import KeyFrame
from .track import TargetTrack


def support_in(track: TargetTrack, key: KeyFrame) -> SupportPlane | None:
    """The support under a target as its last plan found it, in the camera's frame.

    Args:
        track: the target.
        key: the frame.
    """
    return None if track.support is None else track.support.seen_from(key.camera2world)


def up_in(track: TargetTrack, key: KeyFrame) -> FloatArray | None:
    """(3,) unit vector opposite to gravity in the camera's frame, where the fixed frame is level.

    Args:
        track: the target.
        key: the frame.
    """
    if key.camera2fixed is None or not track.settings.level_fixed_frame:
        return None
    return np.asarray(key.camera2fixed[2, :3], np.float64)


def outline(
    track: TargetTrack, key: KeyFrame, object2camera: FloatArray, carried: RegionMask
) -> RegionMask:
    """The pixels of a target alone, without what stands before or beside it.

    Args:
        track: the target.
        key: the frame.
        object2camera: (4x4) pose in it.
        carried: the outline of its nearest view at that pose.
    """
    plane, up = support_in(track, key), up_in(track, key)
    if plane is not None:
        up = plane.normal
    elif up is None:
        up = -object2camera[:3, 3]
    return own_pixels(track.views, key, object2camera, carried, up)
