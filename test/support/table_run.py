"""The pipeline before the table on which things come, move and go."""

from changing_table import SENTENCE, entered_m, frame
from planned_solids import FRANKA_HAND

from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.tracker import TargetTracker


class Run:
    """A pipeline before the table, frame by frame."""

    def __init__(self, **settings):
        tracker = TargetTracker(TrackerSettings(**settings))
        self.pipeline = Pipeline(TabletopGrounder(), GraspPlanner(FRANKA_HAND), tracker)
        self.index = 0

    def follow(self, *blocks, frames=1):
        for _ in range(frames):
            self.index += 1
            self.frame = frame(blocks, self.index * 100_000_000, seed=self.index)
            targets = self.pipeline.follow(self.frame)
        return targets[0] if targets else None

    def reground(self):
        """Answer what the tracker asks for; returns the targets."""
        requests = self.pipeline.take_reground_requests()
        return [self.ask(r.instruction, r.request_id) for r in requests]

    def ask(self, sentence=SENTENCE, request_id='r1'):
        grounding = self.pipeline.start(self.frame, sentence, request_id)
        return self.pipeline.finish(grounding)


def entered_mm(target, blocks):
    depths = [entered_m(g.tcp2frame, g.opening_width, blocks) for g in target.grasps]
    return 1e3 * max(depths, default=0.0)
