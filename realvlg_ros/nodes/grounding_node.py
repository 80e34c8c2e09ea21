"""Finds the object that an instruction refers to in the newest frame."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rclpy.action.server import ServerGoalHandle
from sensor_msgs.msg import Image
from std_msgs.msg import String

from ..action import Ground
from ..drawing.seen_things import draw_seen
from ..errors import FrameError, GroundingCanceled, InstructionError
from ..frame import RgbdFrame
from ..grounding.grounding import Grounder, Grounding, GroundingStatus
from ..grounding.query import Query
from ..grounding.registry import check_backend, check_factories, make_grounder, read_options
from ..msg import Grounding as GroundingMsg
from ..ros.camera.camera_input import CameraInput
from ..ros.camera.camera_parameters import CameraParameters
from ..ros.camera.frame_matcher import MatchedFrame
from ..ros.conversions.grounding import grounding_to_msg
from ..ros.conversions.image import image_from_array
from ..ros.conversions.stamps import ns_to_stamp
from ..ros.node.activation import describe_state
from ..ros.node.deadline import Deadline
from ..ros.node.diagnostics import Report
from ..ros.node.entity_node import Execution
from ..ros.node.goals import FEEDBACK_PERIOD_S, RESULTS_TIMEOUT_S, Goals, LiveGoal
from ..ros.node.lifecycle import ManagedNode
from ..ros.node.qos import latched, stream
from ..ros.node.run_node import run_node
from ..ros.requests.frame_age import FrameAge
from ..ros.requests.grounding_request import GroundingRequest
from ..ros.requests.grounding_worker import GroundingWorker
from ..ros.requests.queries import Queries, TieBreakSettings
from ..settings import setting
from ..srv import SetInstruction

# How often the thread that waits for a frame checks whether its request was canceled, s. Chosen:
# too short to be noticed.
_ABORT_PERIOD_S = 0.05
# How long a request waits for a camera that has long stopped, s. Chosen: many periods of it.
_HOPE_S = 0.5
# Statuses without an answer: the action is aborted.
_UNANSWERED = (GroundingStatus.CANCELED, GroundingStatus.FAILED, GroundingStatus.TF_UNAVAILABLE)


@dataclass(frozen=True)
class GroundingParameters(CameraParameters):
    """The grounding backend, and the choice of the frame that it gets."""

    backend: str = setting(
        'tabletop',
        'Grounding backend: one of this package, the entry point of another one, or '
        'package.module:factory for one of your own.',
        source=True,
    )
    backend_factories: str = setting(
        '',
        'Factories, as package.module:factory with commas between them, that backend may name '
        'beside the one that it names at the start.',
        fixed=True,
    )
    backend_options: str = setting(
        '',
        'Options of the backend: a YAML file, or a name in config/backends; empty for none.',
        source=True,
    )
    image_timeout: float = setting(
        5.0, 'A request fails when no frame comes for so long.', unit='s', low=0.0, high=600.0,
        dynamic=True,
    )  # fmt: skip
    max_image_age: float = setting(
        0.1, 'A frame that came longer ago is not looked at.', unit='s', low=0.01, high=60.0,
        dynamic=True,
    )  # fmt: skip

    question_timeout: float = setting(
        120.0, 'So long a question waits for its reply.', unit='s', low=1.0, high=3600.0
    )
    tie_break: TieBreakSettings = field(default_factory=TieBreakSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_backend(self.backend)
        check_factories(self.backend_factories)


class GroundingNode(ManagedNode):
    """Owns the model, and answers each instruction with a Grounding.

    Requests come by the action `ground`, the service `set_instruction` or the topic
    `instruction`; a newer one replaces the older. One by the action `ground_background` is refused
    while another is being answered. Answers go to the topic `grounding`; the question of an
    AMBIGUOUS one goes to the topic `question` as well, and a reply on the topic `answer`, or by an
    action with its token, continues the request.
    """

    parameter_type: ClassVar = GroundingParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('grounding_node', **arguments)
        self._first_backend = str(self.get_parameter('backend').value)
        self._grounder: Grounder | None = None
        self._frame_came = threading.Condition()
        self._looked_at: RgbdFrame | None = None

    def configure(self) -> None:
        """Load the model and create publisher, actions and service."""
        self._settings: GroundingParameters = self.current_parameters()
        self._grounder = make_grounder(
            self._settings.backend,
            read_options(self._settings.backend_options),
            {self._first_backend, *check_factories(self._settings.backend_factories)},
        )
        self._grounder.load()
        for note in getattr(self._grounder, 'notes', ()):
            self.get_logger().warning(note)
        self._publisher = self.create_managed_publisher(GroundingMsg, 'grounding', latched())
        self._picture = self.create_managed_publisher(Image, 'grounding_image', latched())
        self._queries = Queries(self, self._settings.question_timeout, self._settings.tie_break)
        self._goals = self.create_managed_action_server(Ground, 'ground', self._begin)
        self._background_goals = self.create_managed_action_server(
            Ground, 'ground_background', self._begin_in_background
        )
        self.create_managed_service(SetInstruction, 'set_instruction', self._set_instruction)

    def activate(self) -> None:
        """Subscribe to the camera and accept requests."""
        assert self._grounder is not None
        self._frame_age = FrameAge(lambda: int(self.get_clock().now().nanoseconds))
        self._camera = CameraInput(self, self._settings, self._on_frame)
        self._requests = GroundingWorker(
            self._grounder, self._take_frame, self._publish, self.get_logger().error,
            self._queries.settle,
        )  # fmt: skip
        self._queries.start()
        self._camera.start()
        self.create_managed_subscription(
            String, 'instruction', self._on_instruction, stream('reliable', 1)
        )
        self.create_managed_subscription(String, 'answer', self._on_answer, stream('reliable', 1))

    def deactivate(self) -> None:
        """Fail the current request."""
        self._camera.close()
        if not self._requests.stop('grounding_node is deactivated; ask again when it is active'):
            self.get_logger().warning('the backend did not stop in time: its thread goes on')
        self._goals.wait(RESULTS_TIMEOUT_S)
        self._background_goals.wait(RESULTS_TIMEOUT_S)

    def cleanup(self) -> None:
        """Free the model."""
        if self._grounder is not None:
            self._grounder.close()
        self._grounder = None

    def reconfigure(self, parameters: GroundingParameters) -> None:
        """Wait for images with the current time limits."""
        self._settings = parameters

    def diagnose(self) -> list[Report]:
        """Report the camera and the model."""
        requests = self._requests
        model = Report(
            'model',
            message='busy' if requests.busy else 'ready',
            values={
                'backend': self._settings.backend,
                'answered': requests.answered,
                'failed': requests.failed,
                'last_ms': requests.last_ms,
            },
        )
        return [self._camera.report(), model]

    def _begin(self, handle: ServerGoalHandle) -> Execution:
        request = self._submit(handle.request)
        return lambda handle: self._execute(handle, self._goals, request)

    def _begin_in_background(self, handle: ServerGoalHandle) -> Execution:
        goal: Ground.Goal = handle.request
        try:
            query = self._queries.of_background(goal)
        except InstructionError as error:
            request = self._requests.decline(Query(goal.instruction), str(error), goal.request_id)
        else:
            request = self._requests.submit(query, goal.request_id, background=True)
        return lambda handle: self._execute(handle, self._background_goals, request)

    def _submit(self, goal: Ground.Goal) -> GroundingRequest:
        try:
            query = self._queries.of_goal(goal)
        except InstructionError as error:
            return self._requests.refuse(Query(goal.instruction), str(error), goal.request_id)
        return self._requests.submit(query, goal.request_id)

    def _execute(
        self, handle: ServerGoalHandle, goals: Goals, request: GroundingRequest
    ) -> Ground.Result:
        def cancel() -> None:
            request.end(GroundingStatus.CANCELED, 'canceled by the client')

        with LiveGoal(goals, handle, cancel) as live:
            while (answer := request.wait(FEEDBACK_PERIOD_S)) is None:
                handle.publish_feedback(self._feedback(request))
            live.end(answer.status not in _UNANSWERED)
            return Ground.Result(grounding=grounding_to_msg(answer))

    def _feedback(self, request: GroundingRequest) -> Ground.Feedback:
        waiting = request.image_stamp_ns == 0
        reason = self._camera.outage()[1] if waiting else ''
        return Ground.Feedback(
            stage=Ground.Feedback.WAITING_FOR_IMAGE if waiting else Ground.Feedback.INFERENCE,
            message=reason or ('waiting for an image' if waiting else 'looking at the image'),
            image_stamp=ns_to_stamp(request.image_stamp_ns),
            elapsed=request.elapsed,
        )

    def _set_instruction(
        self, asked: SetInstruction.Request, response: SetInstruction.Response
    ) -> SetInstruction.Response:
        if not self.active:
            response.message = describe_state(self.get_fully_qualified_name(), self.state)
            return response
        request = self._requests.submit(self._queries.of_words(asked.instruction))
        response.request_id = request.request_id
        answer = request.answer
        response.accepted = answer is None or answer.status != GroundingStatus.FAILED
        response.message = '' if answer is None else answer.message
        return response

    def _on_instruction(self, message: String) -> None:
        self._requests.submit(self._queries.of_words(message.data))

    def _on_answer(self, message: String) -> None:
        try:
            query = self._queries.of_reply(message.data)
        except InstructionError as error:
            self._requests.refuse(Query(message.data), str(error))
        else:
            self._requests.submit(query)

    def _on_frame(self, match: MatchedFrame) -> None:
        with self._frame_came:
            self._frame_age.arrived(match.stamp_ns)
            self._frame_came.notify_all()

    def _take_frame(self, request: GroundingRequest) -> RgbdFrame:
        deadline = Deadline(self._settings.image_timeout)
        # What an older frame shows may have changed before the request came.
        is_newer = self._frame_age.mark()
        while (match := self._newest_if(is_newer)) is None:
            if request.aborted():
                raise GroundingCanceled('canceled while waiting for an image')
            self._camera.check_stamps()
            if deadline.passed or self._stopped_before(deadline):
                raise FrameError(
                    f'no frame within {self._settings.image_timeout:g} s: {self._why_none()}'
                )
            with self._frame_came:
                self._frame_came.wait(_ABORT_PERIOD_S)
        # Published before decoding, while the tracker still has the same frame.
        request.begin(match.stamp_ns, match.color.header.frame_id)
        self._looked_at = self._camera.to_frame(match)
        return self._looked_at

    def _stopped_before(self, deadline: Deadline) -> bool:
        """Whether frames stopped so long before a request that it need not wait again."""
        lasted, _ = self._camera.outage()
        return lasted > self._settings.image_timeout and deadline.elapsed > _HOPE_S

    def _newest_if(self, is_newer: Callable[[], bool]) -> MatchedFrame | None:
        """The newest frame, if it was taken after a request."""
        return self._camera.newest(self._settings.max_image_age) if is_newer() else None

    def _why_none(self) -> str:
        """Why there is no frame that was taken after a request, and the remedy."""
        if self._camera.newest(self._settings.max_image_age) is None:
            return self._camera.explain()
        return (
            f'frames come, but all of them were taken before the request: their stamps lie '
            f'{self._frame_age.lag:.2f} s behind the clock of this node; synchronise the clocks, '
            'or raise image_timeout'
        )

    def _publish(self, grounding: Grounding) -> None:
        self._publisher.publish(grounding_to_msg(grounding))
        if grounding.status == GroundingStatus.IN_PROGRESS:
            return
        self._draw(grounding)
        if grounding.status == GroundingStatus.FAILED:
            self.get_logger().error(f'{grounding.instruction!r}: {grounding.message}')
        failed = grounding.status in (GroundingStatus.FAILED, GroundingStatus.TF_UNAVAILABLE)
        self.warn('grounding', grounding.message if failed else '')

    def _draw(self, grounding: Grounding) -> None:
        """Publish a picture of what was told apart, if someone looks at it."""
        frame = self._looked_at
        if frame is None or frame.stamp_ns != grounding.stamp_ns:
            return
        if self._picture.get_subscription_count() > 0:
            picture = draw_seen(frame.color, grounding)
            self._picture.publish(
                image_from_array(picture, 'rgb8', frame.stamp_ns, frame.camera.frame_id)
            )


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(GroundingNode, args)


if __name__ == '__main__':
    sys.exit(main())
