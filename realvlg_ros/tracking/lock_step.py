"""A tracker and a planner in lock step: every plan is made before the next frame is followed."""

from __future__ import annotations

from ..frame import RgbdFrame
from ..grounding.grounding import Grounding
from .target.plan_job import PlanJob, Planner
from .target.scene_watch import SceneChecker
from .target.target import GraspTarget
from .tracker import TargetTracker


class LockStep:
    """Runs the jobs of a tracker at once, in the thread that gives it frames."""

    def __init__(self, tracker: TargetTracker, planner: Planner) -> None:
        """Plan for this tracker with this planner."""
        self.tracker = tracker
        self._planner = planner
        if isinstance(planner, SceneChecker):
            tracker.check_with(planner)

    def update(self, frame: RgbdFrame) -> list[GraspTarget]:
        """Follow every target into the newest frame, and make the plan that is due then.

        Its grasps are in the targets of the next frame.
        """
        targets = self.tracker.update(frame)
        self.plan()
        return targets

    def plan(self) -> None:
        """Make the plan that is due in the newest frame, if one is."""
        job = self.tracker.take_job()
        if job is not None:
            self._run(job)

    def set_grounding(self, grounding: Grounding) -> GraspTarget:
        """The target of a grounding, as it is in the newest frame; a new one with its first plans.

        One that is followed already is planned for when the next frame comes.
        """
        target = self.tracker.set_grounding(grounding)
        while target is None:
            job = self.tracker.take_job()
            assert job is not None, 'a target that is waited for has a plan to be made'
            target = self._run(job)
        return target

    def _run(self, job: PlanJob) -> GraspTarget | None:
        """Make a plan; where that fails, the tracker is told before the error goes on."""
        try:
            result = job.run(self._planner)
        except Exception as error:
            self.tracker.take_result(job.failed(f'planning failed: {error!r}'))
            raise
        return self.tracker.take_result(result)
