"""A plan to be made of a target that is followed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ...arrays import Float32Array, FloatArray
from ...frame import RgbdFrame
from ...grasping.completion.object_box import ObjectBox
from ...grasping.grasp import Grasp
from ...grounding.grounding import Grounding
from ...support_level import SupportLevel
from ...support_plane import SupportPlane
from ...transforms import invert
from .depth_average import mean_depth


class Plan(Protocol):
    """What a planner answers; grasps in the camera's optical frame, best first."""

    @property
    def grasps(self) -> tuple[Grasp, ...]:
        """Best first."""
        ...

    @property
    def message(self) -> str:
        """Why there are none."""
        ...

    @property
    def plane(self) -> SupportPlane | None:
        """The support that the object stands on, if one was seen."""
        ...

    @property
    def box(self) -> ObjectBox | None:
        """Around the object, in the camera's optical frame."""
        ...

    @property
    def look_from(self) -> FloatArray | None:
        """Toward a camera that would see what is not seen, in the camera's optical frame."""
        ...


class Planner(Protocol):
    """A GraspPlanner, or what can stand in for it."""

    def plan(
        self,
        frame: RgbdFrame,
        grounding: Grounding,
        up: FloatArray | None = None,
        *,
        known: Sequence[Grasp] = (),
    ) -> Plan:
        """Plan grasps of the grounded object, and measure those known of earlier plans again.

        Args:
            frame: colour and depth.
            grounding: of the object in that frame.
            up: (3,) unit vector in the camera's frame; None if it is not known.
            known: grasps of earlier plans, in the camera's frame.
        """
        ...


@dataclass(frozen=True)
class PlanJob:
    """A frame in which the pose of a target is known; it may be run in any thread.

    Attributes:
        track_id: of the target.
        born_ns: stamp of the frame in which that target was first seen.
        frame: to plan in.
        grounding: of the target in that frame.
        up: (3,) upward direction in the camera frame, if known.
        camera2object: 4x4.
        object2world: 4x4.
        depths: (height, width) of other frames with the target in the same place: see mean_depth.
        known: grasps of earlier plans in the object frame, to be measured again.
    """

    track_id: int
    born_ns: int
    frame: RgbdFrame
    grounding: Grounding
    up: FloatArray | None
    camera2object: FloatArray
    object2world: FloatArray
    depths: tuple[Float32Array, ...]
    known: tuple[Grasp, ...]

    @property
    def averaged(self) -> int:
        """How many frames are planned on."""
        return 1 + len(self.depths)

    def run(self, planner: Planner) -> PlanResult:
        """Plan, and bring the grasps to the object frame."""
        started = time.perf_counter()
        frame = self.frame
        if self.depths:
            frame = replace(frame, depth=mean_depth(frame.depth, self.depths, frame.noise))
        object2camera = invert(self.camera2object)
        known = [grasp.transformed(object2camera) for grasp in self.known]
        plan = planner.plan(frame, self.grounding, self.up, known=known)
        grasps = tuple(grasp.transformed(self.camera2object) for grasp in plan.grasps)
        plane, pose = plan.plane, frame.camera2fixed
        support = None if plane is None else SupportLevel.of(plane, pose)
        box = None if plan.box is None else plan.box.transformed(self.camera2object)
        duration_ms = (time.perf_counter() - started) * 1000
        view = plan.look_from
        if view is not None:
            view = self.camera2object[:3, :3] @ view
        return PlanResult(
            self, grasps, plan.message, support, duration_ms, box=box, look_from=view
        )

    def failed(self, reason: str) -> PlanResult:
        """The result where the planner failed."""
        return PlanResult(self, (), reason, failed=True)


@dataclass(frozen=True)
class PlanResult:
    """What came of a job.

    Attributes:
        job: that was run.
        grasps: in the object frame, best first.
        message: why there are none.
        support: what the object stands on, and whether that is level; None if it was not seen.
        duration_ms: wall time.
        failed: the planner did, and says so in the message.
        box: around the object, in the object frame; None if its depth could not be used.
        look_from: (3,) unit vector toward a camera that would see what is not seen, in the object
            frame, where that alone leaves no grasp; else None.
    """

    job: PlanJob
    grasps: tuple[Grasp, ...]
    message: str
    support: SupportLevel | None = None
    duration_ms: float = 0.0
    failed: bool = False
    box: ObjectBox | None = None
    look_from: FloatArray | None = None
