"""The support plane judged against the fixed frame: a table is level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray
from .support_plane import SupportPlane
from .transforms import transform_points

# More than this says that the pose of the camera is wrong. Chosen: floors and tables are better.
_WRONG_POSE_TILT_RAD = np.radians(5.0)


@dataclass(frozen=True)
class SupportLevel:
    """Where a support plane lies in the fixed frame, whose z axis points up.

    Attributes:
        plane: in the camera's optical frame.
        height: of the point of the plane nearest to the camera, m; None without the camera's pose.
        tilt: angle between the plane's normal and the z axis, rad; None without that pose.
    """

    plane: SupportPlane
    height: float | None = None
    tilt: float | None = None

    @classmethod
    def of(cls, plane: SupportPlane, camera2fixed: FloatArray | None) -> SupportLevel:
        """Place a plane with the pose (4x4) of the camera that saw it, if that is known."""
        if camera2fixed is None:
            return cls(plane)
        up = float(camera2fixed[2, :3] @ plane.normal)
        nearest = transform_points(camera2fixed, -plane.offset * plane.normal)
        return cls(plane, float(nearest[2]), float(np.arccos(np.clip(up, -1.0, 1.0))))

    @property
    def warning(self) -> str:
        """What is wrong and what to do, in words; empty where the plane is level or not placed."""
        if self.tilt is None or self.tilt <= _WRONG_POSE_TILT_RAD:
            return ''
        return (
            f'the support is tilted by {np.degrees(self.tilt):.1f} deg against the fixed frame: '
            "check the camera's calibration to it, or set fixed_frame to a level frame"
        )
