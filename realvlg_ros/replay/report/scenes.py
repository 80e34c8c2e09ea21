"""What the 3-D view shows: points, grippers, the support plane, axes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.spatial import cKDTree

from ...arrays import FloatArray
from ..runs.goals import Goal
from ..runs.recording import Cloud

# Clouds in a page, points of each and grippers of each. Chosen: 2 MB in all; more grippers hide
# each other.
MAX_CLOUDS = 8
MAX_POINTS = 20_000
_MAX_GRIPPERS = 4
# Steps of coordinates, m, and the largest number of them. Chosen: finer than any depth camera;
# 16 bits.
_STEP_M = 0.0002
_MOST_STEPS = 32_767
# The spacing of points is measured within this of the middle, m, at so many. Chosen: an object and
# what is around it; a millisecond.
_NEAR_M = 0.15
_SAMPLES = 500


def scenes_of(
    goals: Sequence[Goal], clouds: Sequence[Cloud], fixed_frame: str
) -> tuple[list[dict[str, Any]], int]:
    """The clouds of answers for the page's script, and how many were left out.

    Args:
        goals: of the run.
        clouds: of its recording.
        fixed_frame: whose z is up; empty without one.
    """
    scenes = []
    for number, goal in enumerate(goals, 1):
        answer = goal.answer
        if answer is None:
            continue
        mine = [cloud for cloud in clouds if cloud.stamp_ns == answer.stamp_ns]
        if not mine:
            continue
        pose = answer.pose
        in_frame = pose is not None and pose.frame_id in ('', mine[0].frame_id)
        scene = _scene(mine[0], pose.tcp2frame if pose is not None and in_frame else None)
        plane = answer.support_plane if in_frame else None
        scene['plane'] = None if plane is None else _rounded(plane, 5)
        scene['up'] = _up(mine[0], plane, fixed_frame)
        scene['goal'] = number
        scene['title'] = f'Goal {number}: {goal.instruction}'
        scenes.append(scene)
    return scenes[:MAX_CLOUDS], max(0, len(scenes) - MAX_CLOUDS)


def _scene(cloud: Cloud, tcp: FloatArray | None) -> dict[str, Any]:
    points, colors = cloud.points, cloud.colors
    if len(points) > MAX_POINTS:
        kept = np.linspace(0, len(points) - 1, MAX_POINTS).astype(int)
        points, colors = points[kept], colors[kept]
    middle = np.zeros(3)
    if tcp is not None:
        middle = tcp[:3, 3]
    elif len(points):
        middle = np.median(points, axis=0)
    steps = np.round((points - middle) / _STEP_M)
    near = np.all(np.abs(steps) <= _MOST_STEPS, axis=1)
    drawn = cloud.drawn
    grippers = drawn.grippers[:_MAX_GRIPPERS] if drawn else ()
    return {
        'frame': cloud.frame_id,
        'middle': _rounded(middle, 6),
        'step': _STEP_M,
        'spacing': _spacing(points, middle),
        'points': _packed(steps[near].astype('<i2')),
        'colors': _packed(colors[near].astype(np.uint8)),
        'count': int(near.sum()),
        'tcp': None if tcp is None else _rounded(tcp, 5),
        'camera': None if cloud.camera is None else _rounded(cloud.camera, 4),
        'grippers': [[_rounded(box.corners(), 5) for box in boxes] for boxes in grippers],
        'contacts': _rounded(drawn.contacts, 5) if drawn else [],
        'box': _rounded(drawn.box_lines, 5) if drawn else [],
    }


def _spacing(points: FloatArray, middle: FloatArray) -> float:
    """Median distance between neighbours around the middle, m."""
    near = points[np.linalg.norm(points - middle, axis=1) < _NEAR_M]
    if len(near) < 2:
        return _STEP_M
    some = near[:: max(1, len(near) // _SAMPLES)]
    distances, _ = cKDTree(near).query(some, k=2)
    return round(float(np.median(distances[:, 1])), 5)


def _up(cloud: Cloud, plane: FloatArray | None, fixed_frame: str) -> list[float]:
    """Unit vector: away from the support, else z of a fixed frame, else toward the image's top."""
    if plane is not None and np.linalg.norm(plane[:3]) > 0:
        return _rounded(plane[:3] / np.linalg.norm(plane[:3]), 5)
    return [0.0, 0.0, 1.0] if fixed_frame and cloud.frame_id == fixed_frame else [0.0, -1.0, 0.0]


def _rounded(values: FloatArray, digits: int) -> Any:
    return np.round(values, digits).tolist()


def _packed(values: np.ndarray) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode('ascii')
