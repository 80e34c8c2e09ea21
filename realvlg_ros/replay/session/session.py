"""A recording through the pipeline in lock step: each image, and each goal by the nodes' rules."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...action import PlanGrasps
from ...frame import RgbdFrame
from ...grounding.grounding import Grounding, GroundingStatus
from ...pipeline import Pipeline
from ...ros.camera.outage import Outage
from ...ros.conversions.grounding import grounding_to_msg, refused_target
from ...ros.requests.plan_limits import PlanLimits
from ...tracking.target.target import GraspTarget
from ..bags.events import BagEvent, FrameEvent, UnusableFrame
from .bag_clock import BagClock
from .events import goal_event
from .goal_run import GoalRun
from .goals import ReplayGoal
from .groundings import Delivery, Groundings
from .latency import GroundingLatency
from .step import Step

# Without an image for so many periods of the camera the stream has stopped. From StreamMonitor,
# which watches the streams of a node.
_SILENT_PERIODS = 3


@dataclass(frozen=True)
class SessionSettings:
    """How a replay is run: what the pipeline does not hold.

    Attributes:
        limits: of goals, as grasp_server has them.
        latency: of groundings.
        max_grasps: so many grasps of a target are reported.
        reground: whether targets are grounded again when they were lost, and against drift.
        no_data_timeout: without an image for so long no target is stable, s.
        max_gap: a longer pause of the stream loses every target, s.
    """

    limits: PlanLimits
    latency: GroundingLatency
    max_grasps: int
    reground: bool = True
    no_data_timeout: float = 0.5
    max_gap: float = 2.0


class ReplaySession:
    """Drives a pipeline with the images of a recording.

    Nothing depends on the wall clock but measured latencies of groundings.
    """

    def __init__(
        self, pipeline: Pipeline, goals: Sequence[ReplayGoal], settings: SessionSettings
    ) -> None:
        """Prepare a run.

        Args:
            pipeline: new, with its grounder loaded.
            goals: in the order of their times, each with an id.
            settings: of the run.
        """
        self._pipeline = pipeline
        self._goals = deque(goals)
        self._settings = settings
        self._clock = BagClock()
        self._groundings = Groundings(pipeline, settings.latency)
        self._outage = Outage(self._silence, settings.no_data_timeout, lambda: self._clock.now_s)
        self._goal: GoalRun | None = None
        self._latest_request = ''
        self._stamp_ns = self._log_ns = 0

    def run(self, stream: Iterable[BagEvent]) -> Generator[Step, None, None]:
        """Take the images and notices of a recording; the last step ends goals left open."""
        started = time.perf_counter()
        for event in stream:
            decode_ms = (time.perf_counter() - started) * 1e3
            for step in self._take(event):
                step.timings_ms = {'decode': decode_ms, **step.timings_ms}
                yield step
            started = time.perf_counter()
        yield self._end()

    def _take(self, event: BagEvent) -> Iterator[Step]:
        if isinstance(event, FrameEvent):
            yield from self._come(event.frame.stamp_ns, event.log_ns)
            yield self._take_frame(event.frame)
        elif isinstance(event, UnusableFrame):
            yield from self._come(event.stamp_ns, event.log_ns)
            yield self._refuse_frame(event)
        else:
            step = self._step(event.stamp_ns)
            step.notice(event.message)
            if event.reset:
                self._clock.jump()
                self._report(step, self._pipeline.interrupt(event.message, event.stamp_ns))
            yield step

    def _step(self, stamp_ns: int, frame: RgbdFrame | None = None) -> Step:
        return Step(stamp_ns, self._clock.now_ns, self._log_ns, frame)

    def _come(self, stamp_ns: int, log_ns: int) -> Iterator[Step]:
        """An image has come; the targets while none came, if that was long."""
        before_ns, last_ns = self._clock.now_ns, self._stamp_ns
        self._clock.advance(stamp_ns)
        lasted, reason = self._silence()
        if reason:
            # When the nodes say it: the images before this one were missed already.
            wait_ns = self._silent_ns
            step = Step(last_ns + wait_ns, before_ns + wait_ns, self._log_ns + wait_ns)
            self._report(step, self._paused(lasted, reason))
            yield step
        self._clock.frame()
        self._stamp_ns, self._log_ns = stamp_ns, max(self._log_ns, log_ns)

    def _take_frame(self, frame: RgbdFrame) -> Step:
        step = self._step(frame.stamp_ns, frame)
        with step.timed('track'):
            targets = self._track(frame, step)
        with step.timed('plan'):
            self._plan(step)
        self._begin_goals(step)
        self._ground(frame, step)
        targets += self._deliver(step)
        if self._settings.reground:
            self._groundings.ask_again(self._pipeline.take_reground_requests())
        self._report(step, targets)
        return step

    def _refuse_frame(self, event: UnusableFrame) -> Step:
        """An image that cannot be used: targets are not seen in it, and a goal may fail by it."""
        step = self._step(event.stamp_ns)
        self._outage.failed(event.message, event.tf_unavailable)
        self._begin_goals(step)
        goal = self._goal
        if goal is not None and goal.wants_grounding(step.time_ns):
            status = GroundingStatus.FAILED
            if event.tf_unavailable:
                status = GroundingStatus.TF_UNAVAILABLE
            refused = Grounding(
                status, goal.goal.instruction, event.message, event.stamp_ns,
                request_id=goal.goal.goal_id,
            )  # fmt: skip
            step.deliver(refused)
            goal.sent(step.time_ns)
            goal.take_grounding(refused, step.time_ns)
        lasted, reason = self._outage.now()
        self._report(step, self._paused(lasted, reason) if reason else [])
        return step

    def _track(self, frame: RgbdFrame, step: Step) -> list[GraspTarget]:
        try:
            targets = self._pipeline.track(frame)
        except Exception as error:
            # Not foreseen: no target stays stable in images that nobody could look at.
            step.notice(f'this image could not be followed: {error!r}')
            self._outage.failed(repr(error))
            return []
        self._outage.used()
        for notice in self._pipeline.take_notices():
            step.notice(notice)
        return targets

    def _plan(self, step: Step) -> None:
        try:
            self._pipeline.plan()
        except Exception as error:
            step.notice(f'planning failed: {error!r}')

    def _begin_goals(self, step: Step) -> None:
        """Begin the goals whose time has come; each ends the one before."""
        while self._goals and self._goals[0].at_ns <= step.time_ns:
            goal = self._goals.popleft()
            step.events.append(goal_event(goal))
            if self._goal is not None:
                self._replace(self._goal, goal, step)
            self._goal = GoalRun(goal, self._settings.limits)

    def _replace(self, old: GoalRun, goal: ReplayGoal, step: Step) -> None:
        words = f'replaced by a newer goal: {goal.instruction[:100]!r}'
        self._cancel(words, step)
        old.end(PlanGrasps.Result.CANCELED, words)
        self._tell(old, step)

    def _cancel(self, reason: str, step: Step) -> None:
        canceled = self._groundings.cancel(reason)
        if canceled is not None:
            self._finish(canceled, step)

    def _ground(self, frame: RgbdFrame, step: Step) -> None:
        goal, now_ns = self._goal, step.time_ns
        if goal is not None and goal.wants_grounding(now_ns):
            self._cancel('replaced by a newer request', step)
            goal.sent(now_ns)
            with step.timed('grounding'):
                self._groundings.begin(frame, goal.goal.goal_id, goal.goal.instruction, now_ns)
        elif self._groundings.wanted:
            with step.timed('grounding'):
                self._groundings.begin_again(frame, now_ns)

    def _deliver(self, step: Step) -> list[GraspTarget]:
        """The target of the grounding that comes with this image, if one does."""
        delivery = self._groundings.take_due(step.time_ns)
        if delivery is None:
            return []
        with step.timed('first_plan'):
            target = self._finish(delivery, step)
        grounding, goal = delivery.grounding, self._goal
        if goal is not None and not delivery.again:
            goal.take_grounding(grounding, step.time_ns)
        if grounding.status is not GroundingStatus.OK:
            return []
        self._latest_request = grounding.request_id
        return [target]

    def _finish(self, delivery: Delivery, step: Step) -> GraspTarget:
        grounding = delivery.grounding
        step.deliver(grounding, delivery.again)
        try:
            return self._pipeline.finish(grounding)
        except Exception as error:
            reason = f'planning failed: {error!r}'
            step.notice(reason)
            return refused_target(grounding_to_msg(grounding), reason)

    def _report(self, step: Step, targets: list[GraspTarget]) -> None:
        """Report the targets of a step, and what the goal makes of them."""
        # The tracker fuses several plans, and so has more grasps than one of them.
        count = self._settings.max_grasps
        targets = [replace(target, grasps=target.grasps[:count]) for target in targets]
        step.report(targets)
        asked = [t for t in step.targets if t.request_id == self._latest_request] or step.targets
        step.shown = asked[-1] if asked else None
        if (goal := self._goal) is not None:
            for target in targets:
                goal.take_target(target, step.time_ns)
            goal.tick(step.time_ns)
            if goal.answer is not None:
                self._tell(goal, step)

    def _tell(self, goal: GoalRun, step: Step) -> None:
        """Report the answer to a goal, which is no more to be answered nor grounded."""
        assert goal.answer is not None
        if self._groundings.is_for(goal.goal.goal_id):
            self._cancel('its goal has ended', step)
        step.end_goal(goal.answer)
        self._goal = None

    def _paused(self, lasted: float, reason: str) -> list[GraspTarget]:
        outage = self._outage
        missing = outage.tf_unavailable and outage.failure in reason
        targets = self._pipeline.pause(reason, lasted > self._settings.max_gap)
        return [replace(target, tf_unavailable=missing) for target in targets]

    @property
    def _silent_ns(self) -> int:
        """Without an image for longer the stream has stopped, ns."""
        least_ns = round(self._settings.no_data_timeout * 1e9)
        return max(least_ns, _SILENT_PERIODS * self._clock.period_ns)

    def _silence(self) -> tuple[float, str]:
        """Time since the last image, s, and the reason; 0 while they come."""
        since_ns = self._clock.since_frame_ns
        if since_ns <= self._silent_ns:
            return 0.0, ''
        return since_ns * 1e-9, f'no frame for {since_ns * 1e-9:.1f} s: the camera has stopped'

    def _end(self) -> Step:
        """The recording has ended: so do its goals."""
        step = self._step(self._stamp_ns)
        open_goals = [] if self._goal is None else [self._goal]
        for goal in self._goals:
            step.events.append(goal_event(goal))
            open_goals.append(GoalRun(goal, self._settings.limits))
        for run in open_goals:
            run.bag_ended(step.time_ns)
            self._tell(run, step)
        return step
