"""A tracker that follows slabs with a fake planner."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from slab_scene import FakePlanner, SlabScene, ground

from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.target import GraspTarget
from realvlg_ros.tracking.tracker import TargetTracker


def start(
    scene: SlabScene, number: int = 1, tracker: TargetTracker | None = None, **settings: object
) -> tuple[TargetTracker, GraspTarget]:
    """Ground a slab in the first frame; the tracker is a new one if none is given."""
    frame, owner = scene.render(0)
    if tracker is None:
        tracker = TargetTracker(FakePlanner(), TrackerSettings(**settings))
        tracker.update(frame)
    return tracker, tracker.set_grounding(ground(frame, owner, number, f'r{number}'))


def follow(
    tracker: TargetTracker,
    scene: SlabScene,
    indices: Iterable[int],
    camera2world: Callable[[int], np.ndarray] | None = None,
    with_tf: bool = False,
) -> list[GraspTarget]:
    """The targets in the last of these frames."""
    targets = []
    for index in indices:
        pose = None if camera2world is None else camera2world(index)
        targets = tracker.update(scene.render(index, pose, with_tf)[0])
    return targets


def position(target: GraspTarget) -> np.ndarray:
    """Of the best grasp (3,), m."""
    return target.grasps[0].position
