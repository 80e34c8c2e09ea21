"""A tracker that follows slabs with a fake planner."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from slab_scene import FakePlanner, SlabScene, ground

from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.plan_job import Planner
from realvlg_ros.tracking.target.target import GraspTarget
from realvlg_ros.tracking.tracker import TargetTracker


def lock_step(planner: Planner | None = None, **settings: object) -> LockStep:
    """A tracker without targets, with a fake planner."""
    return LockStep(TargetTracker(TrackerSettings(**settings)), planner or FakePlanner())


def start(
    scene: SlabScene, number: int = 1, stream: LockStep | None = None, **settings: object
) -> tuple[LockStep, GraspTarget]:
    """Ground a slab in the first frame; the stream is a new one if none is given."""
    frame, owner = scene.render(0)
    if stream is None:
        stream = lock_step(**settings)
        stream.update(frame)
    return stream, stream.set_grounding(ground(frame, owner, number, f'r{number}'))


def follow(
    stream: LockStep,
    scene: SlabScene,
    indices: Iterable[int],
    camera2world: Callable[[int], np.ndarray] | None = None,
    with_tf: bool = False,
) -> list[GraspTarget]:
    """The targets in the last of these frames."""
    targets = []
    for index in indices:
        pose = None if camera2world is None else camera2world(index)
        targets = stream.update(scene.render(index, pose, with_tf)[0])
    return targets


def position(target: GraspTarget) -> np.ndarray:
    """Of the best grasp (3,), m."""
    return target.grasps[0].position
