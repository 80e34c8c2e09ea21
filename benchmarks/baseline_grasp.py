"""The grasp that ten lines give: across the principal axis, straight down, not too deep.

It takes the readings in the mask, asks nothing of what stands around, and refuses only what is
wider than the hand. It picks in the same episodes as the planner, so that what it lifts and the
planner does not is counted, and named.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.report import Report, format_table
from realvlg_ros.arrays import BoolArray, FloatArray
from realvlg_ros.closed_loop.episode import View
from realvlg_ros.closed_loop.record import Cause, Episode
from realvlg_ros.closed_loop.run import EvaluateOptions
from realvlg_ros.closed_loop.scenes import make_scene
from realvlg_ros.errors import SupportPlaneError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.pick import Pick
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.support_plane import find_support_plane
from realvlg_ros.transforms import make_transform

# How far below the top the fingertips reach, m, and how near to the support. Chosen: half of a
# common finger; what a hand that is a millimetre off does not touch.
_DEPTH, _LEAST_HEIGHT = 0.025, 0.004
# Added to the width on both sides together, m. Chosen: as a person would leave.
_ROOM = 0.02
_STANDOFF = 0.10


def baseline_grasp(
    frame: RgbdFrame, mask: BoolArray, gripper: Gripper
) -> tuple[FloatArray, float] | None:
    """Pose (4x4) of the TCP in the optical frame, and opening, m; None where it does not fit.

    Args:
        frame: colour and depth.
        mask: (height, width) of the object.
        gripper: its shape.
    """
    try:
        plane = find_support_plane(frame)
    except SupportPlaneError:
        return None
    points = frame.points[mask & frame.valid].astype(np.float64)
    if len(points) < 10:
        return None
    heights = points @ plane.normal + plane.offset
    top = float(np.percentile(heights, 98))
    flat = points - heights[:, None] * plane.normal
    middle = (np.percentile(flat, 2, axis=0) + np.percentile(flat, 98, axis=0)) / 2
    middle -= plane.height(middle) * plane.normal
    _, _, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    across = axes[1] - (axes[1] @ plane.normal) * plane.normal
    across /= np.linalg.norm(across)
    low, high = np.percentile((flat - middle) @ across, (2, 98))
    opening = float(high - low) + _ROOM
    if opening - _ROOM > gripper.max_opening:
        return None
    height = max(top - min(_DEPTH, gripper.finger_length), _LEAST_HEIGHT)
    tip = middle + (low + high) / 2 * across + height * plane.normal
    rotation = np.stack([np.cross(across, -plane.normal), across, -plane.normal], axis=1)
    return make_transform(rotation, tip), min(opening, gripper.max_opening)


def baseline_holds(
    options: EvaluateOptions, stock: Sequence[Solid], gripper: Gripper, seed: int
) -> bool:
    """Whether it picks the target of the episode of a seed.

    Args:
        options: of the run.
        stock: objects to draw from.
        gripper: profile with an `actuation`.
        seed: of the scene.
    """
    scene = make_scene(options.kind, stock, seed, options.count)
    rendered = View(scene, seed).rendered(0)
    found = baseline_grasp(rendered.frame, rendered.mask(scene.target), gripper)
    if found is None:
        return False
    pose, opening = scene.camera2world @ found[0], found[1]
    pick = Pick(scene.solids, scene.world.table, gripper)
    return bool(pick.run_pose(pose, opening, _STANDOFF, scene.target).success)


def compare(
    name: str,
    options: EvaluateOptions,
    stock: Sequence[Solid],
    episodes: Sequence[Episode],
    report: Report,
) -> None:
    """Pick the episodes of a part once more with the baseline, and print the paired counts.

    Args:
        name: of the part.
        options: of its episodes.
        stock: objects to draw from.
        episodes: what came of them with the planner.
        report: to add to.
    """
    gripper = Gripper.from_yaml(gripper_file(options.gripper))
    counts, missed = np.zeros((2, 2), int), []
    for episode in episodes:
        ours = episode.cause is Cause.SUCCESS
        theirs = baseline_holds(options, stock, gripper, episode.seed)
        counts[int(ours), int(theirs)] += 1
        if theirs and not ours:
            missed.append((str(episode.seed), episode.target, episode.cause.value, episode.detail))
    rows = [
        ('planner holds', str(counts[1, 1]), str(counts[1, 0])),
        ('planner does not', str(counts[0, 1]), str(counts[0, 0])),
    ]
    print(f'\n{name}\n{format_table(("", "baseline holds", "baseline does not"), rows)}')
    if missed:
        print(format_table(('seed', 'object', 'cause', 'in words'), missed))
    report.add(f'{name}_baseline_holds', int(counts[:, 1].sum()))
    report.add(f'{name}_only_planner', int(counts[1, 0]))
    report.add(f'{name}_only_baseline', int(counts[0, 1]))
