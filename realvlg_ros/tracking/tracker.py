"""Targets that are true now: grounded in the past, followed to the newest frame."""

from __future__ import annotations

import time
from dataclasses import replace

from ..errors import FrameError
from ..frame import RgbdFrame
from ..grounding.grounding import Grounding, GroundingStatus
from ..image_region import RegionMask
from ..transforms import invert
from .association import contested
from .interruption import change_world, ended, paused
from .measurement.region import checked_region
from .memory.key_frames import KeyFrame, KeyFrameMemory
from .memory.steady_world import SteadyWorld
from .memory.stream_break import stream_break
from .memory.support_memory import SupportMemory
from .reground import PendingRegrounds, RegroundRequest
from .reporter import TargetReporter
from .settings import TrackerSettings
from .target.catch_up import carry
from .target.first_plans import FirstPlans
from .target.plan_job import PlanJob, PlanResult
from .target.replanning import first_jobs, job_for, plan_is_due
from .target.scene_watch import SceneChecker
from .target.target import GraspTarget
from .target.track import TargetTrack
from .target_list import TargetList
from .unanswered import GIVEN_UP, Unanswered
from .waiting_jobs import WaitingJobs

# Milliseconds in a second. From SI.
_MS = 1000.0


class TargetTracker:
    """Follows grounded objects from frame to frame; not thread safe.

    It plans nothing itself: take_job hands out what is to be planned, which may be run in any
    thread while frames are followed, and take_result takes what came of it. A new target is
    published once its first plans have been made. LockStep runs all jobs at once.

    With a checker (check_with) the grasps of each target are checked against the scene of every
    frame before they are published; without one they are as old as the plans they come from.

    Frames must not be written to after they were given: their images are kept, not copied.
    """

    def __init__(
        self, settings: TrackerSettings | None = None, most_grasps: int | None = None
    ) -> None:
        """Follow nothing yet.

        Args:
            settings: defaults if they are not given.
            most_grasps: so many grasps of each target are reported, the best; all if it is not
                given. Several plans find many more than one of them gives.
        """
        self.settings = settings or TrackerSettings()
        self._waiting = WaitingJobs()
        self._planned_ms: dict[str, float] = {}
        self._pending_regrounds = PendingRegrounds(self.settings)
        self._world = SteadyWorld()
        self._support = SupportMemory()
        self._memory = KeyFrameMemory(
            int(self.settings.memory_mb * 1e6),
            int(self.settings.stamp_tolerance * 1e9),
            int(self.settings.request_timeout * 1e9),
        )
        self._targets = TargetList(self.settings)
        self._unanswered = Unanswered()
        self._notices: list[str] = []
        self._reporter = TargetReporter(self._memory, self._targets, most_grasps)

    def check_with(self, checker: SceneChecker) -> None:
        """Check grasps against the scene of each frame with a planner of the gripper in use."""
        self._reporter.check_with(checker)

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings; the memory of frames keeps those that it was made with."""
        self.settings = settings
        self._pending_regrounds.use_settings(settings)
        self._targets.use_settings(settings)

    @property
    def memory_bytes(self) -> int:
        """Memory taken by key frames."""
        return self._memory.size_bytes

    def take_notices(self) -> list[str]:
        """What happened to the stream since the last call: resets and their reasons."""
        notices, self._notices = self._notices, []
        return notices

    def take_reground_requests(self) -> list[RegroundRequest]:
        """Groundings that lost targets, and those to be checked for drift, ask for now."""
        newest = self._memory.newest
        return self._pending_regrounds.hand_out(self._targets, newest.stamp_ns) if newest else []

    def update(self, frame: RgbdFrame) -> list[GraspTarget]:
        """Follow every target into the newest frame.

        Returns the targets, also those that were lost by it, and without those that wait for
        their first plans; and a refusal for each grounding whose target went before those were
        made. A clock that jumped back, a camera of another size or frame, or a pause of the
        stream ends the targets with the reason.
        """
        started = time.perf_counter()
        lost = self._check_stream(frame)
        frame = self._support.add_to(frame, self.settings.support_memory)
        key = KeyFrame.from_frame(frame)
        key = self._world.steady(key, self._memory.newest, len(self._targets) > 0)
        self._notices += change_world(self._targets, self._memory.newest, key)
        self._memory.add(key)
        for track in self._targets:
            track.follow(key)
        for track in contested(self._targets):
            track.reject_measurement()
        self._targets.forget(key.stamp_ns)
        track_ms = (time.perf_counter() - started) * _MS
        timings = {'track': track_ms, **self._planned_ms}
        self._planned_ms = {}
        targets = [
            self._reporter.report(track, key, timings, is_answer=False)
            for track in self._targets
            if track.settled and track.life.worth_reporting(key.stamp_ns)
        ]
        orphans = self._unanswered.take_orphans(self._targets)
        return lost + [self._reporter.refuse(orphan, GIVEN_UP) for orphan in orphans] + targets

    def pause(self, reason: str, lost: bool = False) -> list[GraspTarget]:
        """The targets while no frame can be followed: hidden, or lost until one shows them."""
        last = self._memory.newest
        return [] if last is None else paused(self._targets, last, reason, lost)

    def interrupt(self, reason: str, stamp_ns: int = 0) -> list[GraspTarget]:
        """The stream is broken: return all targets as lost, and ask for them when frames come.

        Args:
            reason: in words.
            stamp_ns: of the first frame after the break, ns; 0 when none has come yet.
        """
        last = self._memory.newest
        if last is None:
            return []
        targets = ended(self._targets, last, reason, stamp_ns or last.stamp_ns)
        groundings = [track.grounding for track in self._targets]
        self._unanswered.answered(*self._targets)
        self._pending_regrounds.add(groundings, self._memory.requests)
        self._targets.remove()
        self._memory.clear()
        self._support.clear()
        return targets

    def begin(self, request_id: str, stamp_ns: int) -> bool:
        """Keep the frame of a stamp for a grounding that has begun on it.

        Returns False when that frame is gone already.
        """
        return self._memory.protect(request_id, stamp_ns)

    def set_grounding(self, grounding: Grounding) -> GraspTarget | None:
        """Find the target of a grounding in its frame, and carry it to the newest one.

        Returns the target if it is followed already, or why there is none. None says that its
        first plans are to be made: take_result returns it after the last of them.
        """
        started = time.perf_counter()
        if grounding.status == GroundingStatus.IN_PROGRESS:
            self.begin(grounding.request_id, grounding.stamp_ns)
            return self._reporter.refuse(grounding, 'the grounding is still in progress')
        again = self._pending_regrounds.take(grounding)
        try:
            if grounding.status != GroundingStatus.OK:
                return self._reporter.refuse(grounding, grounding.message or grounding.status.name)
            key = self._memory.find(grounding.stamp_ns)
            if key is None:
                self._pending_regrounds.answer_came(grounding)
                return self._reporter.refuse(grounding, self._memory.why_gone(grounding.stamp_ns))
            try:
                mask = checked_region(grounding, key.camera, key.depth)
            except FrameError as error:
                return self._reporter.refuse(grounding, str(error))
            there = self._targets.at(key, mask)
            if again and self._pending_regrounds.superseded(grounding, there):
                return self._reporter.refuse(
                    grounding, 'its object is followed for a newer request'
                )
            if self._targets.is_another(grounding, key, mask):
                return self._reporter.another(grounding)
            kept = self._targets.contradicted(grounding, key, mask)
            if kept is not None:
                return self._reporter.contradicted(kept)
            self._pending_regrounds.drop(grounding.request_id)
            # Planner and tracker must speak of the same pixels, also when only a box was given.
            return self._take(replace(grounding, mask=mask), key, mask, started)
        finally:
            self._memory.release(grounding.request_id)

    def take_job(self) -> PlanJob | None:
        """The plan that is to be made next, if one is due; at most one of each target is out."""
        newest = self._memory.newest
        if (job := self._waiting.take(self._targets)) is not None:
            return job
        due = [track for track in self._targets if plan_is_due(track)]
        if not due or newest is None:
            return None
        track = min(due, key=lambda t: t.planned_ns)
        track.planning, track.planned_ns = True, newest.stamp_ns
        track.candidates.disturbed = False
        place = invert(newest.camera2world) @ track.object2world
        return job_for(track, newest, place, self._memory.before(newest.stamp_ns))

    def take_result(self, result: PlanResult) -> GraspTarget | None:
        """Fuse the grasps of a job, unless its target is gone.

        Returns a new target when its first plans have been made, or why they have not been: a
        target that cannot be planned for goes again.
        """
        if result.support is not None:
            self._support.see(result.support.plane, result.job.frame)
        track = self._targets.find(result.job.track_id, result.job.born_ns)
        if track is None:
            return None
        if track.first_plans is None:
            self._planned_ms = {'plan': result.duration_ms}
            if result.failed:
                # A planner that raised says nothing about the grasps that are known.
                track.planning = False
            else:
                track.take_plan(result)
            return None
        if result.failed:
            self._unanswered.answered(track)
            self._targets.remove(track.track_id)
            return self._reporter.refuse(track.grounding, result.message)
        return self._take_first(track, track.first_plans, result)

    def reset(self, track_id: int = 0) -> int:
        """Stop following a target, or all (0); returns how many were followed."""
        if not track_id:
            self._pending_regrounds.clear()
        return self._targets.remove(track_id)

    def _take(
        self, grounding: Grounding, key: KeyFrame, mask: RegionMask, started: float
    ) -> GraspTarget | None:
        """Find or make the target of a grounding, carry it to now, and ask for its plans."""
        assigned = self._targets.assign(grounding, key, mask)
        if assigned is None:
            return self._reporter.refuse(
                grounding, 'no depth on the object: neither tracked nor grasped'
            )
        track, object2world = assigned
        if not track.settled:
            self._unanswered.add(grounding)
            return None
        newest = self._memory.newest
        assert newest is not None
        behind = track.stamp_ns < newest.stamp_ns
        if behind:
            carry(track, self._memory.since(track.stamp_ns), newest)
        carried = time.perf_counter()
        later = self._memory.since(key.stamp_ns)
        place = invert(key.camera2world) @ object2world
        # A mask that holds a neighbour, too, is not planned on: the object's outline is known.
        planned = grounding if track.mask_trusted else None
        self._waiting.add(job_for(track, key, place, later, planned))
        track.planned_ns, track.planned_pose = newest.stamp_ns, track.object2world
        plans = FirstPlans(first_jobs(track, later if behind else []), started, carried)
        if track.candidates.plans:
            target = self._reporter.report(track, newest, plans.timings_ms())
            if target.grasps:
                return target
        # Without a grasp that is free now, the answer is what is planned in the grounded frame.
        track.first_plans = plans
        self._unanswered.add(grounding)
        return None

    def _take_first(
        self, track: TargetTrack, plans: FirstPlans, result: PlanResult
    ) -> GraspTarget | None:
        """Fuse a plan of a target that is not published yet; it is after the last of them."""
        newest = self._memory.newest
        assert newest is not None
        track.take_plan(result)
        if track.candidates.plans > 1:
            track.candidates.settle()
        try:
            job = next(plans.jobs, None)
        except Exception:
            self._targets.remove(track.track_id)
            raise
        if job is not None:
            self._waiting.add(job)
            return None
        track.first_plans = None
        track.planned_ns = track.settled_ns = newest.stamp_ns
        self._unanswered.answered(track)
        return self._reporter.report(track, newest, plans.timings_ms())

    def _check_stream(self, frame: RgbdFrame) -> list[GraspTarget]:
        """End all targets when the stream has broken; they are returned with the reason."""
        last = self._memory.newest
        reason = stream_break(last, frame, self.settings.max_gap) if last is not None else ''
        self._notices += [reason] if reason and len(self._targets) else []
        return self.interrupt(reason, frame.stamp_ns) if reason else []
