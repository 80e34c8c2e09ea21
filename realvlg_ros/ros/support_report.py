"""The support plane in the diagnostics."""

from __future__ import annotations

import math

from ..support_level import SupportLevel
from .node.diagnostics import Level, Report

_NAME = 'support plane'


def support_report(level: SupportLevel | None) -> Report:
    """The plane's distance and, where tf gives the camera's pose, its height and tilt.

    Args:
        level: the support plane of the last plan; None before the first.
    """
    if level is None:
        return Report(_NAME, message='not seen yet')
    values: dict[str, object] = {
        'distance_m': level.plane.offset,
        'rms_mm': level.plane.rms * 1e3,
        'inliers': level.plane.inliers,
    }
    if level.height is None or level.tilt is None:
        return Report(_NAME, message='no pose of the camera', values=values)
    values |= {'z_m': level.height, 'tilt_deg': math.degrees(level.tilt)}
    if level.warning:
        return Report(_NAME, Level.WARN, level.warning, values)
    return Report(_NAME, values=values)
