"""Goals, groundings and targets as a recorder hears of them, and frames as it sees them."""

from __future__ import annotations

from typing import Any

import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.recording.blanking import Blanking, BlankingSettings
from realvlg_ros.recording.episode import Episode, Shot
from realvlg_ros.recording.episode_files import Surroundings, episode_files
from realvlg_ros.recording.episode_watch import EpisodeWatch, WatchLimits
from realvlg_ros.recording.frame_ring import FrameRing, KeptFrame
from realvlg_ros.recording.goal_event import PLAN, GoalEvent, GoalStep
from realvlg_ros.recording.packed_frame import PackedFrame
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import make_transform

CAMERA = Camera(width=32, height=24, fx=30, fy=30, cx=15.5, cy=11.5, frame_id='camera')
SENTENCE = 'pick up the red box'
# Frames come so often, ns.
STEP_NS = 100_000_000
GRASP = Grasp(
    tcp2frame=make_transform(np.diag([1.0, -1.0, -1.0]), [0.1, 0.2, 0.5]),
    covariance=np.eye(6) * 1e-6,
    object_width=0.04,
    opening_width=0.06,
    standoff=0.1,
    retreat=np.array([0.0, 0.0, -1.0]),
    retreat_distance=0.1,
    quality=0.8,
    source=GraspSource.GEOMETRY,
    rectangle=GraspRectangle(12, 10, 0.0, 6, 3),
    contacts=ContactPair(9, 10, 15, 10),
    contact_points=np.zeros((2, 3)),
    support_counts=(5, 5),
    clearance=0.05,
)
# An L of pixels in the box from (8, 6) to (16, 14).
MASK = RegionMask(8, 6, np.tri(8, dtype=bool) | (np.arange(8) > 5)[:, None])


def goal(step: GoalStep, stamp_ns: int, number: int = 1, **fields: Any) -> GoalEvent:
    """An event of the goal of a number."""
    given = {
        'action': PLAN,
        'goal_id': f'{number:032x}',
        'request_id': f'request {number}',
        'instruction': SENTENCE,
        **fields,
    }
    return GoalEvent(step, stamp_ns=stamp_ns, **given)


def grounding(status: GroundingStatus, stamp_ns: int, number: int = 1, **fields: Any) -> Grounding:
    """What a grounder says of the request of a number."""
    if status is GroundingStatus.OK:
        fields = {'box': Box(8, 6, 16, 14), 'mask': MASK, 'score': 0.9, **fields}
    given = {'label': 'red box', 'backend': 'tabletop', 'message': status.name.lower(), **fields}
    return Grounding(
        status, SENTENCE, stamp_ns=stamp_ns, frame_id='camera', image_width=32,
        image_height=24, request_id=f'request {number}', **given,
    )  # fmt: skip


def target(state: TargetState, stamp_ns: int, number: int = 1, **fields: Any) -> GraspTarget:
    """A target of the request of a number, with a grasp while it is followed."""
    followed = state in (TargetState.TENTATIVE, TargetState.CONFIRMED)
    given = {
        'grasps': (GRASP,) if followed else (),
        'box': Box(8, 6, 16, 14),
        'message': state.name.lower(),
        'checked_stamp_ns': stamp_ns if followed else 0,
        **fields,
    }
    return GraspTarget(
        state, stamp_ns, 'base', camera_frame_id='camera', track_id=number, label='red box',
        request_id=f'request {number}', **given,
    )  # fmt: skip


def frame(stamp_ns: int) -> RgbdFrame:
    """A grey image whose brightness tells its number in the sequence."""
    color = np.full((24, 32, 3), stamp_ns // STEP_NS % 256, np.uint8)
    depth = np.linspace(0.5, 1.0, 32 * 24, dtype=np.float32).reshape(24, 32)
    return RgbdFrame(color, depth, CAMERA, stamp_ns)


class Watched:
    """A watch of goals with a clock of its own, to which frames come ten times a second."""

    def __init__(self, limits: WatchLimits | None = None, limit_bytes: int = 1000) -> None:
        self.now_s = 100.0
        self.stamp_ns = 0
        self.done: list[Episode[int]] = []
        limits = limits or WatchLimits(frames_after=2, interval=0.5, goal_timeout=10)
        self.ring: FrameRing[int] = FrameRing(limit_bytes, int(limits.interval * 1e9), 3)
        self.watch: EpisodeWatch[int] = EpisodeWatch(
            self.ring, limits, pack, self.done.append, lambda: self.now_s
        )

    def frames(self, count: int) -> int:
        """Let frames come; returns the stamp of the last, ns."""
        for _ in range(count):
            self.now_s += STEP_NS / 1e9
            self.stamp_ns += STEP_NS
            self.watch.on_frame(KeptFrame(self.stamp_ns, self.stamp_ns, 100))
        return self.stamp_ns

    def answered(self, number: int = 1) -> int:
        """A goal that is accepted, grounded and answered OK; returns the stamp of the answer."""
        self.watch.on_goal(goal(GoalStep.ACCEPTED, self.frames(1), number))
        grounded = self.frames(1)
        self.watch.on_grounding(grounding(GroundingStatus.IN_PROGRESS, grounded, number))
        self.frames(2)
        self.watch.on_grounding(grounding(GroundingStatus.OK, grounded, number))
        seen = self.frames(1)
        confirmed = target(TargetState.CONFIRMED, seen, number, grounded_stamp_ns=grounded)
        self.watch.on_target(confirmed)
        self.frames(1)
        self.watch.on_goal(
            goal(
                GoalStep.ENDED, self.stamp_ns, number, status='OK', message='2 grasps',
                target_stamp_ns=seen,
            )
        )  # fmt: skip
        return seen

    def failed(self, status: str = 'NO_GRASP', number: int = 1) -> None:
        """A goal that ends with another status, in the frame that was grounded."""
        self.watch.on_goal(goal(GoalStep.ACCEPTED, self.frames(1), number))
        self.watch.on_grounding(grounding(GroundingStatus.OK, self.frames(1), number))
        ended = goal(GoalStep.ENDED, self.frames(1), number, status=status, message='because')
        self.watch.on_goal(ended)


def pack(shot: Shot[int]) -> None:
    """Make the files of a frame, as the worker of the node does."""
    assert shot.payload is not None
    shot.packed = PackedFrame.of(frame(shot.payload), Blanking(BlankingSettings()))
    shot.payload = None


def files_of(episode: Episode[int]) -> dict[str, bytes]:
    """The files of an episode."""
    return episode_files(episode, Surroundings(versions={'realvlg_ros': 'test'}))
