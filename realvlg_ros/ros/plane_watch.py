"""The support plane of the last plan, checked against the fixed frame."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..arrays import FloatArray
from ..frame import RgbdFrame
from ..grasping.grasp import Grasp
from ..grasping.planner import GraspPlan, GraspPlanner
from ..grounding.grounding import Grounding
from ..support_plane import SupportPlane
from ..transforms import transform_points
from .node.diagnostics import Level, Report

# A table is level; more than this says that the camera's pose is wrong.
_MAX_TILT_DEG = 5.0


class PlaneWatch:
    """A planner that remembers the support plane that it used."""

    def __init__(self, planner: GraspPlanner) -> None:
        """Plan with this planner."""
        self._planner = planner
        self._seen: tuple[SupportPlane, FloatArray | None] | None = None

    def plan(
        self,
        frame: RgbdFrame,
        grounding: Grounding,
        up: FloatArray | None = None,
        *,
        known: Sequence[Grasp] = (),
    ) -> GraspPlan:
        """Plan, see GraspPlanner.plan."""
        plan = self._planner.plan(frame, grounding, up, known=known)
        if plan.plane is not None:
            self._seen = plan.plane, frame.camera2fixed
        return plan

    def report(self) -> Report:
        """The plane's distance and, where tf gives the camera's pose, its height and tilt."""
        if self._seen is None:
            return Report('support plane', message='not seen yet')
        plane, camera2fixed = self._seen
        values: dict[str, object] = {
            'distance_m': plane.offset,
            'rms_mm': plane.rms * 1e3,
            'inliers': plane.inliers,
        }
        if camera2fixed is None:
            return Report('support plane', message='no pose of the camera', values=values)
        level = float(camera2fixed[2, :3] @ plane.normal)
        tilt_deg = float(np.degrees(np.arccos(np.clip(level, -1.0, 1.0))))
        nearest = transform_points(camera2fixed, -plane.offset * plane.normal)
        values |= {'z_m': float(nearest[2]), 'tilt_deg': tilt_deg}
        if tilt_deg > _MAX_TILT_DEG:
            return Report(
                'support plane',
                Level.WARN,
                f'the support is tilted by {tilt_deg:.1f} deg against the fixed frame: check the '
                "camera's calibration to it, or set fixed_frame to a level frame",
                values,
            )
        return Report('support plane', values=values)
