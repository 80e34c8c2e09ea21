"""Plans that a grounding has asked for and that nobody makes yet."""

from __future__ import annotations

from .target.plan_job import PlanJob
from .target_list import TargetList


class WaitingJobs:
    """Jobs in the order in which they were asked for, at most one of each target out at a time."""

    def __init__(self) -> None:
        """Start with none."""
        self._jobs: list[PlanJob] = []

    def add(self, job: PlanJob) -> None:
        """Ask for a plan."""
        self._jobs.append(job)

    def take(self, targets: TargetList) -> PlanJob | None:
        """The first whose target is not being planned for; those of targets that are gone go.

        Args:
            targets: those that are followed.
        """
        for index, job in enumerate(self._jobs):
            track = targets.find(job.track_id, job.born_ns)
            if track is not None and not track.planning:
                del self._jobs[index]
                track.planning = True
                return job
        self._jobs = [job for job in self._jobs if targets.find(job.track_id, job.born_ns)]
        return None
