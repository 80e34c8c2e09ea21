"""Judges what the core answers, and what it publishes meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.honesty.judge import Cause, Verdict, judge
from benchmarks.honesty.scenes import CAMERA, Scene, true_scene
from realvlg_ros.arrays import FloatArray
from realvlg_ros.evaluation.graspable import find_valid_grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.simulation.world import WORLD_FRAME, World
from realvlg_ros.tracking.target.target import GraspTarget

# So many grasps of an answer are judged, the best first. Chosen: what a planner would try.
JUDGED = 3


@dataclass(frozen=True)
class Referee:
    """Knows the truth of one story.

    Attributes:
        scene: target and pose of the camera.
        gripper: that is judged.
        seed: of the search for a grasp that would have been right.
    """

    scene: Scene
    gripper: Gripper
    seed: int

    def verdicts(self, target: GraspTarget, world: World, count: int = JUDGED) -> list[Verdict]:
        """Judge the best grasps of a target.

        Args:
            target: with at least one grasp.
            world: as it was in the frame that the target names.
            count: how many grasps, the best first.
        """
        frame2world = self._frame2world(target.frame_id)
        if frame2world is None:
            return [Verdict(Cause.FRAME, f'poses are in {target.frame_id!r}')]
        scene = true_scene(world, self.scene.target)
        return [
            judge(
                frame2world @ grasp.tcp2frame, grasp.opening_width, grasp.standoff,
                self.gripper, scene,
            )
            for grasp in target.grasps[:count]
        ]  # fmt: skip

    def graspable(self, world: World) -> bool:
        """Whether random grasps on the true meshes find one that holds."""
        scene = true_scene(world, self.scene.target)
        if scene.target is None:
            return False
        found = find_valid_grasp(scene.target, scene.others, self.gripper, self.seed)
        return found is not None

    def _frame2world(self, frame_id: str) -> FloatArray | None:
        known = {WORLD_FRAME: np.eye(4), CAMERA.frame_id: self.scene.camera2world}
        return known.get(frame_id)


@dataclass
class Published:
    """Targets published after something in the scene has changed.

    Attributes:
        frames: in which a target with grasps was published.
        false: of these, with a best grasp that is not true.
        longest: run of false ones, frames.
    """

    frames: int = 0
    false: int = 0
    longest: int = 0
    _run: int = 0

    def add(self, honest: bool) -> None:
        """Count one frame."""
        self._run = 0 if honest else self._run + 1
        self.frames += 1
        self.false += not honest
        self.longest = max(self.longest, self._run)
