"""Plans grasps of the grounded object and follows it at camera rate."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ..errors import ParameterError, RealvlgError, TransformError
from ..frame import RgbdFrame
from ..grasping.gripper import Gripper
from ..grasping.planner import GraspPlanner, PlannerSettings
from ..grounding.grounding import GroundingStatus
from ..message_limits import MAX_WAITING_GROUNDINGS
from ..msg import Grounding as GroundingMsg
from ..resources import gripper_file
from ..ros.camera.camera_input import CameraInput
from ..ros.camera.camera_parameters import CameraParameters
from ..ros.camera.frame_matcher import MatchedFrame
from ..ros.camera.outage import Outage
from ..ros.camera.support_input import SupportSurface
from ..ros.conversions.grounding import grounding_from_msg, refused_target
from ..ros.conversions.stamps import stamp_to_ns
from ..ros.node.activation import describe_state
from ..ros.node.diagnostics import RateCounter, Report
from ..ros.node.lifecycle import ManagedNode
from ..ros.node.qos import latched
from ..ros.node.run_node import run_node
from ..ros.node.worker import Worker
from ..ros.proposal_input import ProposalInput, ProposalParameters
from ..ros.requests.planning_notices import PlanningNotices
from ..ros.requests.regrounder import Regrounder
from ..ros.support_report import support_report
from ..ros.target_outputs import TargetOutputs
from ..settings import setting
from ..srv import ResetTracker
from ..support_level import SupportLevel
from ..tracking.pending_frames import PendingFrames
from ..tracking.settings import TrackerSettings
from ..tracking.target.plan_job import PlanJob
from ..tracking.target.target import GraspTarget, TargetState
from ..tracking.tracker import TargetTracker

# How long a stop waits for planning and one update to end, s. Chosen: several times what they
# take.
_WORKER_TIMEOUT_S = 5.0
# How often targets are published while no frame comes, s. Chosen: as soon as a robot must know.
_OUTAGE_PERIOD_S = 0.2
_TOO_MANY = (
    f'{MAX_WAITING_GROUNDINGS} groundings wait already, and later ones are refused: stop whoever '
    'sends so many, or ask again'
)
_PLANNING_FAILED = 'planning failed: {0!r}; see the log of grasp_node'


@dataclass(frozen=True)
class GraspParameters(CameraParameters):
    """The gripper, and whether objects are grounded again."""

    gripper: str = setting(
        'franka_hand',
        'Gripper profile: a name in config/grippers or the path of a YAML file.',
        source=True,
    )
    end_effector_link: str = setting(
        '',
        "Link of the robot whose pose is given beside the TCP's of each grasp; empty: that of "
        'the gripper profile (parent_link).',
    )
    grasp_tf_frame: str = setting(
        '', 'Name of a frame of tf that is published at the best grasp; empty for none.'
    )
    reground: bool = setting(
        True,
        'Ask for new groundings of lost targets (every tracker.retry_period) and of followed '
        'ones (every tracker.check_period), when nothing else is being grounded.',
        dynamic=True,
    )
    support_frame: str = setting(
        '',
        'Frame of tf on the surface that objects stand on, with z out of it, for surfaces that '
        'give no depth; empty where there is none.',
    )
    support_height: float = setting(
        0.0, 'Height of that surface above the origin of support_frame.',
        unit='m', low=-10.0, high=10.0,
    )  # fmt: skip
    proposals: ProposalParameters = field(default_factory=ProposalParameters)
    planner: PlannerSettings = field(default_factory=PlannerSettings)
    tracker: TrackerSettings = field(default_factory=TrackerSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.grasp_tf_frame and self.grasp_tf_frame == self.fixed_frame:
            raise ParameterError(
                f'grasp_tf_frame and fixed_frame are both {self.fixed_frame!r}: give the grasp a '
                'frame of its own'
            )


class GraspNode(ManagedNode):
    """Owns planner and tracker, each in a worker thread; callbacks only queue work for them."""

    parameter_type: ClassVar = GraspParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('grasp_node', **arguments)
        self._latest_request = ''
        self._regrounder: Regrounder | None = None

    def configure(self) -> None:
        """Read the gripper and make planner, publishers and service."""
        self._settings: GraspParameters = self.current_parameters()
        gripper = Gripper.from_yaml(gripper_file(self._settings.gripper))
        self._proposals = ProposalInput(self, self._settings.proposals)
        self._planner = GraspPlanner(gripper, self._settings.planner, self._proposals.box)
        self._outputs = TargetOutputs(
            self, gripper, self._settings.end_effector_link, self._settings.output_reliability,
            self._settings.grasp_tf_frame,
        )  # fmt: skip
        self._planning = PlanningNotices(self)
        self._regrounder = Regrounder(self)
        self.create_managed_service(ResetTracker, 'reset_tracker', self._reset_tracker)

    def activate(self) -> None:
        """Start with an empty tracker, and subscribe to the camera and to groundings."""
        surface = None
        if self._settings.support_frame:
            surface = SupportSurface(self._settings.support_frame, self._settings.support_height)
        self._camera = CameraInput(self, self._settings, self._on_frame, self._on_jump, surface)
        self._outage = Outage(self._camera.outage, self._settings.no_data_timeout)
        self._tracker = TargetTracker(self._settings.tracker)
        self._tracker.check_with(self._planner)
        self._processed = RateCounter()
        self._published = RateCounter()
        self._update_ms = self._latency = 0.0
        self._support: SupportLevel | None = None
        self._frames: PendingFrames[MatchedFrame] = PendingFrames(self._settings.tracker.max_gap)
        self._worker = Worker('tracking', self._on_error)
        self._plan_worker = Worker('planning', self._on_error)
        self._planning.start(self)
        self._proposals.start()
        self._camera.start()
        self.create_managed_timer(_OUTAGE_PERIOD_S, self._watch_frames)
        self.create_managed_subscription(
            GroundingMsg, 'grounding', self._on_grounding, latched(10), one_sender=True
        )

    def deactivate(self) -> None:
        """Stop the worker threads."""
        self._camera.close()
        for worker in (self._plan_worker, self._worker):
            if not worker.stop(_WORKER_TIMEOUT_S):
                self.get_logger().warning(
                    f'{worker.name} did not stop in time: its thread goes on'
                )

    def cleanup(self) -> None:
        """Destroy the action client."""
        if self._regrounder is not None:
            self._regrounder.destroy()
        self._regrounder = None

    def reconfigure(self, parameters: GraspParameters) -> None:
        """Plan the next grasps and follow the next frame with the current settings."""
        self._settings = parameters
        self._planner.settings = parameters.planner
        self._proposals.use(parameters.proposals)
        if self.active:
            tracker = self._tracker
            self._frames.use_max_gap(parameters.tracker.max_gap)
            self._worker.post(lambda: tracker.use_settings(parameters.tracker))

    def diagnose(self) -> list[Report]:
        """Report the camera, the tracker and the support plane."""
        tracker = Report(
            'tracker',
            values={
                'frames_hz': self._processed.read(),
                'frames_skipped': self._frames.skipped,
                'targets_hz': self._published.read(),
                'update_ms': self._update_ms,
                'latency_ms': self._latency * 1e3,
                'groundings_asked': self._regrounder.asked if self._regrounder else 0,
                'memory_mb': self._tracker.memory_bytes / 1e6,
                'fixed_frame': self._camera.fixed_frame,
            },
        )
        reports = [self._camera.report(), tracker, support_report(self._support)]
        return [*reports, *self._proposals.report()]

    def _on_frame(self, match: MatchedFrame) -> None:
        self._frames.add(match)
        self._worker.offer(self._follow)

    def _on_jump(self, reason: str) -> None:
        self._frames.clear()
        self._proposals.clear()
        self._worker.post(lambda: self._publish(self._tracker.interrupt(reason), None))

    def _watch_frames(self) -> None:
        """A target is stable only while frames come."""
        if self._outage.now()[1]:
            self._worker.post(self._pause)

    def _pause(self) -> None:
        lasted, reason = self._outage.now()
        if reason:
            lost = lasted > self._settings.tracker.max_gap
            paused = self._tracker.pause(reason, lost)
            self._publish([self._without_tf(target) for target in paused], None)

    def _on_grounding(self, message: GroundingMsg) -> None:
        if self._worker.waiting >= MAX_WAITING_GROUNDINGS:
            self.warn('groundings', _TOO_MANY)
            if message.status == GroundingMsg.OK:
                # Whoever waits for grasps is told at once, and no job is queued for it.
                self._publish([refused_target(message, _TOO_MANY)], None)
            return
        self.warn('groundings', '')
        self._planning.grounded(message)
        if message.status == GroundingMsg.IN_PROGRESS:
            # The frame of a request must not be skipped, however busy the worker is.
            self._frames.need(stamp_to_ns(message.header.stamp))
            self._worker.post(self._follow)
        self._worker.post(lambda: self._take_grounding(message))

    def _on_error(self, error: Exception) -> None:
        self.get_logger().error(''.join(traceback.format_exception(error)))
        self.warn('tracker', f'failed: {error!r}; see the log of grasp_node')

    def _follow(self) -> None:
        for match in self._frames.take():
            try:
                self._track(match)
            except Exception as error:
                # Not foreseen: no target stays stable in frames that nobody could look at.
                self._outage.failed(f'{error!r}; see the log of grasp_node')
                raise

    def _track(self, match: MatchedFrame) -> None:
        try:
            frame = self._camera.to_frame(match)
        except RealvlgError as error:
            self._outage.failed(str(error), isinstance(error, TransformError))
            self.warn('image', str(error))
            return
        self.warn('image', '')
        started = time.perf_counter()
        targets = self._tracker.update(frame)
        self._outage.used()
        self._update_ms = (time.perf_counter() - started) * 1e3
        self._processed.tick()
        for notice in self._tracker.take_notices():
            self.get_logger().warning(notice)
        self._publish(targets, frame)
        self._plan_next()
        if self._regrounder is not None and self._settings.reground:
            self._regrounder.ask(self._tracker.take_reground_requests())
        self.warn('tracker', '')

    def _plan_next(self) -> None:
        """Queue the next plan in the planning thread, so that frames are tracked meanwhile."""
        job = self._tracker.take_job()
        if job is not None:
            tracker, worker = self._tracker, self._worker
            self._plan_worker.post(lambda: self._make_plan(job, tracker, worker))

    def _make_plan(self, job: PlanJob, tracker: TargetTracker, worker: Worker) -> None:
        try:
            result = job.run(self._planner)
        except Exception as error:
            self._on_error(error)
            result = job.failed(_PLANNING_FAILED.format(error))
        self._support = result.support or self._support
        worker.post(lambda: self._take_plan(tracker.take_result(result)))

    def _take_plan(self, target: GraspTarget | None) -> None:
        if target is not None:
            self._answer(target)
        self._plan_next()

    def _take_grounding(self, message: GroundingMsg) -> None:
        try:
            grounding = grounding_from_msg(message)
        except RealvlgError as error:
            self.warn('grounding', f'grounding {message.request_id[:80]!r} is refused: {error}')
            self._publish([refused_target(message, str(error))], None)
            return
        self.warn('grounding', '')
        if grounding.status == GroundingStatus.IN_PROGRESS:
            self._tracker.begin(grounding.request_id, grounding.stamp_ns)
            return
        self._outputs.show_grounding(grounding)
        if grounding.status == GroundingStatus.OK:
            self._latest_request = grounding.request_id
        try:
            target = self._tracker.set_grounding(grounding)
        except Exception as error:
            self._on_error(error)
            target = refused_target(message, _PLANNING_FAILED.format(error))
        if target is not None and grounding.status == GroundingStatus.OK:
            if target.state == TargetState.LOST and self._outage.failure:
                target = self._without_tf(replace(target, message=self._outage.failure))
            self._answer(target)
        self._plan_next()

    def _without_tf(self, target: GraspTarget) -> GraspTarget:
        """A target, marked where its message is that tf does not give the camera's pose."""
        outage = self._outage
        missing = outage.tf_unavailable and outage.failure in target.message
        return replace(target, tf_unavailable=missing)

    def _answer(self, target: GraspTarget) -> None:
        """Publish the target of a grounding, or the reason for having none."""
        if not target.grasps:
            self.get_logger().info(f'{target.label!r}: {target.state.name} {target.message}')
        self._publish([target], None)

    def _publish(self, targets: Sequence[GraspTarget], frame: RgbdFrame | None) -> None:
        # The tracker fuses several plans, and so has more grasps than one of them.
        self._planning.answered(targets)
        count = self._settings.planner.max_grasps
        targets = [replace(target, grasps=target.grasps[:count]) for target in targets]
        for target in targets:
            self._latency = self._outputs.publish(target)
            self._published.tick()
        if frame is not None:
            shown = [t for t in targets if t.request_id == self._latest_request] or targets
            self._outputs.show(frame, targets, shown[-1] if shown else None)

    def _reset_tracker(
        self, asked: ResetTracker.Request, response: ResetTracker.Response
    ) -> ResetTracker.Response:
        if not self.active:
            response.message = describe_state(self.get_fully_qualified_name(), self.state)
            return response
        done = threading.Event()

        def reset() -> None:
            response.removed = self._tracker.reset(asked.track_id)
            done.set()

        self._worker.post(reset)
        if not done.wait(_WORKER_TIMEOUT_S):
            response.message = f'the tracker was busy for {_WORKER_TIMEOUT_S:g} s; try again'
            return response
        response.success = response.removed > 0
        response.message = f'{response.removed} targets forgotten'
        return response


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(GraspNode, args)


if __name__ == '__main__':
    sys.exit(main())
