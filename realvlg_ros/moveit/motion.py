"""The motions of a grasp: poses of the link that a motion planner moves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray
from ..errors import StaleTargetError
from ..grasping.completion.object_box import ObjectBox
from ..grasping.grasp import Grasp
from ..transforms import invert, make_transform, rotation_angle

# Two grasps whose links are nearer than this, m and rad, are the same one in two plans. Chosen:
# more than a stable target moves (the default bounds are 5 mm and 3 degrees), less than the
# distance of two grasps that are worth a try each.
_SAME_POSITION_M = 0.015
_SAME_ROTATION_RAD = math.radians(15.0)
# A grasp that has moved by less than this is approached from where the arm stands, m and rad.
# Chosen: the default bounds of a stable target, which is no steadier than that.
_STILL_POSITION_M = 0.005
_STILL_ROTATION_RAD = math.radians(3.0)


@dataclass(frozen=True)
class GraspMotion:
    """One grasp as poses of one link of the robot, all 4x4 link2frame, m.

    Attributes:
        index: of the grasp in the target's list.
        flipped: the gripper is turned by 180 degrees about the approach.
        frame_id: frame of the poses.
        link: name of the link.
        pre_grasp: where the straight approach begins.
        grasp: where the gripper closes.
        lifted: where the straight retreat ends.
        object_width: distance of the contacts, m.
        opening_width: opening of the gripper before it closes, m.
    """

    index: int
    flipped: bool
    frame_id: str
    link: str
    pre_grasp: FloatArray
    grasp: FloatArray
    lifted: FloatArray
    object_width: float
    opening_width: float

    @property
    def retreat(self) -> FloatArray:
        """The way (3,) of the retreat, m, in the frame."""
        return self.lifted[:3, 3] - self.grasp[:3, 3]

    @property
    def name(self) -> str:
        """The grasp in words."""
        return f'grasp {self.index}' + (' turned by 180 degrees' if self.flipped else '')

    def is_near(self, other: GraspMotion) -> bool:
        """Whether another motion is of the same grasp, not turned."""
        apart = invert(self.grasp) @ other.grasp
        return bool(
            self.frame_id == other.frame_id
            and np.linalg.norm(apart[:3, 3]) < _SAME_POSITION_M
            and rotation_angle(apart) < _SAME_ROTATION_RAD
        )

    def is_still(self, other: GraspMotion) -> bool:
        """Whether another motion of the same grasp begins and ends where this one does."""
        return all(
            np.linalg.norm(then[:3, 3] - now[:3, 3]) < _STILL_POSITION_M
            and rotation_angle(invert(then) @ now) < _STILL_ROTATION_RAD
            for then, now in ((self.pre_grasp, other.pre_grasp), (self.grasp, other.grasp))
        )


@dataclass(frozen=True)
class Plan:
    """What can be tried now.

    Attributes:
        motions: best first; each grasp is followed by itself turned by 180 degrees.
        box: around the object, in the frame of the motions; None where it is not known.
        track_id: of the target.
    """

    motions: tuple[GraspMotion, ...]
    box: ObjectBox | None = None
    track_id: int = 0

    def untried(self, tried: Sequence[GraspMotion]) -> GraspMotion | None:
        """The best motion that is not one of those tried; None when none is left."""
        left = (m for m in self.motions if not any(m.is_near(other) for other in tried))
        return next(left, None)

    def now(self, motion: GraspMotion) -> GraspMotion:
        """The motion of the same grasp in this plan.

        Raises:
            StaleTargetError: it holds no such grasp.
        """
        near = [other for other in self.motions if motion.is_near(other)]
        if not near:
            raise StaleTargetError(
                f'{motion.name} is not among the {len(self.motions)} motions of the newest target'
            )
        return min(near, key=lambda m: float(np.linalg.norm(m.grasp - motion.grasp)))


def motions_of(
    grasps: Sequence[Grasp], tcp2link: FloatArray, frame_id: str, link: str
) -> tuple[GraspMotion, ...]:
    """The motions of grasps, each followed by itself turned by 180 degrees.

    Args:
        grasps: best first, in the frame.
        tcp2link: 4x4 pose of the TCP in the link.
        frame_id: name of the frame.
        link: name of the link.
    """
    link2tcp = invert(tcp2link)
    return tuple(
        _motion(turned, index, is_flipped, link2tcp, frame_id, link)
        for index, grasp in enumerate(grasps)
        for is_flipped, turned in ((False, grasp), (True, grasp.flipped()))
    )


def _motion(
    grasp: Grasp, index: int, flipped: bool, link2tcp: FloatArray, frame_id: str, link: str
) -> GraspMotion:
    at_grasp = grasp.tcp2frame @ link2tcp

    def shifted(way: FloatArray) -> FloatArray:
        return make_transform(np.eye(3), way) @ at_grasp

    return GraspMotion(
        index=index,
        flipped=flipped,
        frame_id=frame_id,
        link=link,
        pre_grasp=shifted(-grasp.standoff * grasp.approach),
        grasp=at_grasp,
        lifted=shifted(grasp.retreat_distance * grasp.retreat),
        object_width=grasp.object_width,
        opening_width=grasp.opening_width,
    )
