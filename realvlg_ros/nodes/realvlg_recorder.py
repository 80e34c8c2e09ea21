"""Records what was seen and answered around each goal."""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import rclpy
from std_msgs.msg import String

from ..errors import ParameterError, RealvlgError
from ..frame import RgbdFrame
from ..msg import GoalEvent as GoalEventMsg
from ..msg import GraspTarget as GraspTargetMsg
from ..msg import Grounding as GroundingMsg
from ..recording.blanking import BlankingSettings
from ..recording.episode import Episode, Shot
from ..recording.episode_store import EpisodeStore, StoreLimits
from ..recording.episode_watch import EpisodeWatch, WatchLimits
from ..recording.episode_writer import EpisodeWriter
from ..recording.frame_ring import FrameRing, KeptFrame
from ..recording.goal_event import NO_RESULT, PICK, PLAN, REQUEST, GoalEvent, GoalStep
from ..recording.goal_figures import EndedGoal, GoalFigures
from ..recording.target_losses import TargetLosses
from ..recording.versions import versions
from ..ros.camera.camera_input import CameraInput
from ..ros.camera.camera_parameters import CameraParameters
from ..ros.camera.frame_matcher import MatchedFrame
from ..ros.conversions.goal_event import goal_event_from_msg
from ..ros.conversions.grasp import target_from_msg
from ..ros.conversions.grounding import grounding_from_msg
from ..ros.node.diagnostics import Level, Report
from ..ros.node.lifecycle import ManagedNode
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..ros.node.worker import Job, Worker
from ..ros.requests.goal_events import TOPIC
from ..ros.requests.peer_parameters import PeerParameters
from ..settings import setting
from ..tracking.target.target import TargetState

# Whose parameters are written with each episode.
_PEERS = ('grounding_node', 'grasp_node', 'grasp_server', 'pick_executor')
# Frames and episodes that may wait for the disk. Chosen: several goals at once.
_MAX_WAITING = 100
# How often it is looked whether a goal has everything, s. Chosen: too short to be noticed.
_TICK_S = 0.2
# How long a stop waits until what is open has been written, s. Chosen: less than a transition may
# take.
_FLUSH_TIMEOUT_S = 2.5
_BUSY = 'the disk or this machine was too slow: too many frames waited to be written'


@dataclass(frozen=True)
class RecorderParameters(CameraParameters):
    """What is kept of each goal, and how much of it."""

    folder: str = setting(
        '', 'Folder that recordings are written into; it is made if need be.', source=True
    )
    frames_before: int = setting(
        3, 'Frames from before each goal, one every frame_interval.',
        unit='frames', low=0, high=100,
    )  # fmt: skip
    frames_after: int = setting(
        3, 'Frames from after its end, one every frame_interval.',
        unit='frames', low=0, high=100,
    )  # fmt: skip
    frame_interval: float = setting(
        0.5, 'Time between two of them.', unit='s', low=0.05, high=60.0
    )
    memory_mb: float = setting(
        128.0,
        'The newest frames, as they came, are kept in so much memory; a frame that is grounded or '
        'answered in must still be there when that is told.',
        unit='MB', low=1.0, high=4096.0,
    )  # fmt: skip
    max_size_mb: float = setting(
        10000.0,
        'Size of all recordings; the oldest successes are removed first, then the oldest '
        'failures.',
        unit='MB', low=1.0, high=10000000.0,
    )  # fmt: skip
    max_episodes: int = setting(
        1000, 'Number of recordings; removed as for max_size_mb.',
        unit='recordings', low=1, high=1000000,
    )  # fmt: skip
    min_free_mb: float = setting(
        1000.0, 'Nothing is recorded when the disk would have less left.',
        unit='MB', low=0.0, high=10000000.0,
    )  # fmt: skip
    goal_timeout: float = setting(
        300.0, 'A goal of which no end is heard for so long is written without one.',
        unit='s', low=1.0, high=36000.0,
    )  # fmt: skip
    repeat_within: float = setting(
        20.0,
        'An instruction that is given again so soon after it failed counts as an intervention.',
        unit='s', low=0.0, high=3600.0,
    )  # fmt: skip
    blanking: BlankingSettings = field(default_factory=BlankingSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.blanking.has_box and not self.fixed_frame:
            raise ParameterError(
                'blanking.box_min and box_max are in fixed_frame, which is empty: set it to the '
                'frame that they are given in, such as base_link'
            )

    @property
    def watch_limits(self) -> WatchLimits:
        """How much of a goal is kept."""
        return WatchLimits(self.frames_after, self.frame_interval, self.goal_timeout)

    @property
    def store_limits(self) -> StoreLimits:
        """How much is kept of all goals."""
        return StoreLimits(
            int(self.max_size_mb * 1e6), self.max_episodes, int(self.min_free_mb * 1e6)
        )


class Recorder(ManagedNode):
    """Listens; whatever is slow is done by one thread. It never ends because of a disk."""

    parameter_type: ClassVar = RecorderParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('realvlg_recorder', **arguments)
        self._peers: PeerParameters | None = None
        self._opened: EpisodeStore | None = None
        self._dropped = 0

    def configure(self) -> None:
        """Take over the folder."""
        self._settings: RecorderParameters = self.current_parameters()
        if not self._settings.folder:
            raise ParameterError('folder is empty: name the folder that recordings go into')
        folder = Path(self._settings.folder).expanduser()
        self._store = self._opened = EpisodeStore(folder, self._settings.store_limits)
        self._writer: EpisodeWriter[MatchedFrame] = EpisodeWriter(
            self._store, self._settings.blanking, self._decode, _versions()
        )
        self._figures = {
            action: GoalFigures(self._settings.repeat_within) for action in (PLAN, PICK, REQUEST)
        }
        self._losses = TargetLosses()
        self._peers = PeerParameters(self, _PEERS)

    def activate(self) -> None:
        """Listen to the camera, to goals, groundings and targets."""
        p = self._settings
        self._camera = CameraInput(self, p, self._on_frame, self._on_jump)
        self._worker = Worker('recording', self._on_error, _MAX_WAITING)
        self._ring: FrameRing[MatchedFrame] = FrameRing(
            int(p.memory_mb * 1e6), int(p.frame_interval * 1e9), p.frames_before
        )
        self._watch: EpisodeWatch[MatchedFrame] = EpisodeWatch(
            self._ring, p.watch_limits, self._pin, self._keep
        )
        self._camera.start()
        self.create_managed_subscription(
            GoalEventMsg, TOPIC, self._on_goal, stream('reliable', 50)
        )
        # Volatile: a grounding from before says nothing of a goal of now.
        self.create_managed_subscription(
            GroundingMsg, 'grounding', self._on_grounding, stream('reliable', 10)
        )
        self.create_managed_subscription(
            GraspTargetMsg, 'target', self._on_target, stream('reliable', 10)
        )
        self.create_managed_subscription(String, 'answer', self._on_reply, stream('reliable', 1))
        self.create_managed_timer(_TICK_S, self._tick)

    def deactivate(self) -> None:
        """Write what is open."""
        self._camera.close()
        self._watch.close_all('the recorder was deactivated')
        flushed = threading.Event()
        self._post(flushed.set)
        if not (flushed.wait(_FLUSH_TIMEOUT_S) and self._worker.stop(_FLUSH_TIMEOUT_S)):
            self._worker.stop(0.0)
            self.get_logger().warning('not everything could be written in time')

    def cleanup(self) -> None:
        """Destroy the clients, and leave the folder to others."""
        if self._peers is not None:
            self._peers.destroy()
        if self._opened is not None:
            self._opened.close()
        self._peers = self._opened = None

    def diagnose(self) -> list[Report]:
        """Report the camera, the recordings and how goals go."""
        writer, store = self._writer, self._store
        values = {
            'folder': str(store.folder),
            'recordings': len(store.names),
            'size_mb': store.size_bytes / 1e6,
            'removed': store.removed,
            'written': writer.written,
            'not_written': writer.not_written,
            'frames_lost': writer.frames_lost,
            'dropped': self._dropped,
            'waiting': self._worker.waiting,
            'goals_open': self._watch.open_count,
            'goals_closed_early': self._watch.closed_early,
            'memory_mb': self._ring.size_bytes / 1e6,
        }
        problem = writer.problem
        recording = Report(
            'recordings', Level.ERROR if problem else Level.OK, problem or 'ok', values
        )
        figures = [
            Report(f'goals: {action}', values=figures.values())
            for action, figures in self._figures.items()
        ]
        targets = Report('targets', values=self._losses.values())
        return [self._camera.report(), recording, *figures, targets]

    def _on_frame(self, match: MatchedFrame) -> None:
        size = len(match.color.data) + len(match.depth.data)
        self._watch.on_frame(KeptFrame(match.stamp_ns, match, size))

    def _on_jump(self, reason: str) -> None:
        self._watch.on_jump(reason)

    def _on_goal(self, message: GoalEventMsg) -> None:
        try:
            event = goal_event_from_msg(message)
        except RealvlgError as error:
            self.warn('goals', str(error))
            return
        figures = self._figures.get(event.action, self._figures[REQUEST])
        begins = event.step is GoalStep.ACCEPTED
        if begins and self._peers is not None:
            self._peers.ask()
        own = self._watch.on_goal(event)
        if own and begins:
            figures.accepted(event)
        elif own:
            self._count(figures.ended(event))

    def _on_grounding(self, message: GroundingMsg) -> None:
        try:
            begins = self._watch.on_grounding(grounding_from_msg(message))
        except RealvlgError as error:
            self.warn(
                'grounding', f'grounding {message.request_id[:80]!r} is not recorded: {error}'
            )
            return
        if begins and self._peers is not None:
            self._peers.ask()

    def _on_target(self, message: GraspTargetMsg) -> None:
        if message.state in set(TargetState):
            lost_s = self._losses.target(
                message.request_id, TargetState(message.state), bool(message.grasps)
            )
            if lost_s is not None:
                self._post(lambda: self._writer.log_recovery(message.request_id, lost_s))
        if not self._watch.follows(message.request_id):
            return
        try:
            self._watch.on_target(target_from_msg(message))
        except RealvlgError as error:
            self.warn('target', f'target {message.track_id} is not recorded: {error}')

    def _on_reply(self, _: String) -> None:
        self._watch.on_reply()

    def _tick(self) -> None:
        self._watch.tick()

    def _pin(self, shot: Shot[MatchedFrame]) -> None:
        if not self._post(lambda: self._writer.pack(shot)):
            self._writer.lose(shot, _BUSY)

    def _keep(self, episode: Episode[MatchedFrame]) -> None:
        if episode.is_request or episode.status == NO_RESULT:
            self._count_unheard(episode)
        told = {} if self._peers is None else self._peers.told()
        if not self._post(lambda: self._writer.write(episode, told)):
            self.warn('recordings', f'a recording was dropped: {_BUSY}')

    def _count_unheard(self, episode: Episode[MatchedFrame]) -> None:
        """Count a goal of which no result was heard."""
        figures = self._figures.get(episode.goal.action, self._figures[REQUEST])
        end: GoalEvent = replace(
            episode.goal, step=GoalStep.ENDED, status=episode.status, message=episode.message
        )
        if episode.is_request:
            figures.accepted(episode.goal)
        elapsed_s = (episode.ended_ns - episode.goal.stamp_ns) / 1e9
        self._count(replace(figures.ended(end), elapsed_s=elapsed_s))

    def _count(self, ended: EndedGoal) -> None:
        self._post(lambda: self._writer.log_goal(ended))

    def _post(self, job: Job) -> bool:
        taken = self._worker.post(job)
        self._dropped += not taken
        return taken

    def _decode(self, match: MatchedFrame) -> RgbdFrame:
        return self._camera.to_frame(match, needs_pose=False)

    def _on_error(self, error: Exception) -> None:
        self.get_logger().error(''.join(traceback.format_exception(error)))
        self.warn('recorder', f'failed: {error!r}; see the log of realvlg_recorder')


def _versions() -> dict[str, str]:
    distribution = os.environ.get('ROS_DISTRO', 'unknown')
    return versions() | {
        'ros': distribution, 'rmw': rclpy.get_rmw_implementation_identifier(),
    }  # fmt: skip


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(Recorder, args)


if __name__ == '__main__':
    sys.exit(main())
