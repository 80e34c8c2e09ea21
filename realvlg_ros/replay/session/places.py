"""What an image shows, in the frame that the answers of a run are in."""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray
from ...frame import RgbdFrame
from ...support_plane import seen_or_known_support
from ...tracking.target.target import GraspTarget
from ...transforms import moved_plane


def camera2answer(frame: RgbdFrame, target: GraspTarget | None) -> tuple[FloatArray, str]:
    """The 4x4 pose of the camera in the frame of a target, and the name of that frame.

    Args:
        frame: the image.
        target: None takes the fixed frame, or the camera's where there is none.
    """
    camera_frame = frame.camera.frame_id
    if frame.camera2fixed is None or (target and target.frame_id == camera_frame):
        return np.eye(4), camera_frame
    return frame.camera2fixed, frame.fixed_frame


def support_in(frame: RgbdFrame, target: GraspTarget | None) -> FloatArray | None:
    """The plane (4,) that objects stand on, n . p + d = 0 with d in m; None if it is not seen.

    Args:
        frame: the image.
        target: in whose frame it is given, as for `camera2answer`.
    """
    plane = seen_or_known_support(frame, frame.up)
    if plane is None:
        return None
    return moved_plane(np.append(plane.normal, plane.offset), camera2answer(frame, target)[0])
