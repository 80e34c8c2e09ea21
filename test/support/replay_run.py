"""A replay session before a slab on a table, over made frames and notices."""

from dataclasses import replace

from slab_scene import FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.errors import InstructionError
from realvlg_ros.grasping.verification.scene_check import SceneCheck
from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.replay.bags.events import FrameEvent
from realvlg_ros.replay.session.goals import ReplayGoal, numbered
from realvlg_ros.replay.session.latency import GroundingLatency
from realvlg_ros.replay.session.session import ReplaySession, SessionSettings
from realvlg_ros.ros.requests.plan_limits import PlanLimits
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.tracker import TargetTracker

LIMITS = PlanLimits(
    timeout=30.0, grounder_silence=3.0, target_silence=3.0, retry_period=0.1, ground_attempts=2
)


class CheckingPlanner(FakePlanner):
    """Finds every grasp free in every image, as a planner of a gripper would where it is so."""

    def recheck(self, frame, mask, grasps, plane=None, up=None):
        return [SceneCheck(0.05) for _ in grasps]


class OwnerGrounder:
    """Answers as a perfect model would; 'nothing' is not there, and 'fault' fails."""

    name = 'owner'

    def __init__(self, run):
        self._run = run
        self.stamps = []

    def ground(self, frame, instruction, aborted):
        self.stamps.append(frame.stamp_ns)
        if 'fault' in instruction:
            raise InstructionError('a fault that was asked for')
        if 'bug' in instruction:
            raise ZeroDivisionError('a bug')
        status = GroundingStatus.OK
        if 'nothing' in instruction:
            status = GroundingStatus.NOT_FOUND
        elif 'which' in instruction:
            status = GroundingStatus.AMBIGUOUS
        owner = self._run.owners[frame.stamp_ns]
        if not (owner == 1).any():
            status = GroundingStatus.NOT_FOUND
        return ground(
            frame, owner if (owner == 1).any() else owner + 1, request_id='',
            instruction=instruction, status=status, message=status.name.lower(),
        )  # fmt: skip


class ReplayRun:
    """A session, its frames by number, and what came of it."""

    def __init__(self, *goals, latency='zero', limits=LIMITS, planner=None, **settings):
        self.scene = SlabScene([Slab(at(0, 0, 0.6))])
        self.owners = {}
        self.grounder = OwnerGrounder(self)
        self.planner = planner or CheckingPlanner()
        tracker = TargetTracker(TrackerSettings(first_plans=1, **settings))
        self.session = ReplaySession(
            Pipeline(self.grounder, self.planner, tracker),
            numbered([ReplayGoal(**goal) for goal in goals]),
            SessionSettings(limits, GroundingLatency.parse(latency), max_grasps=10),
        )
        self.steps = []

    def frame(self, index, stamp_ns=None):
        """The frame of an index at 30 Hz."""
        frame, owner = self.scene.render(index)
        frame = replace(frame, stamp_ns=frame.stamp_ns if stamp_ns is None else stamp_ns)
        self.owners[frame.stamp_ns] = owner
        return FrameEvent(frame, frame.stamp_ns)

    def play(self, stream):
        """Run to the end; returns the lines of events."""
        self.steps = list(self.session.run(stream))
        return [line for step in self.steps for line in step.lines()]

    def play_frames(self, count):
        """Run over so many frames."""
        return self.play(self.frame(index) for index in range(count))


def of_kind(lines, kind):
    return [line for line in lines if line['event'] == kind]
