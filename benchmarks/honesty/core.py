"""Plays a story on the pipeline, as grasp_server would ask and wait, and judges each answer."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field, replace

from benchmarks.honesty.answer import CLEAN, Answer
from benchmarks.honesty.camera import RATE_HZ, ShotCamera
from benchmarks.honesty.picture import Sight
from benchmarks.honesty.referee import Published, Referee
from benchmarks.honesty.shots import Shot
from benchmarks.honesty.story import Ask, Story
from benchmarks.honesty.truth_grounder import TruthGrounder, compare
from realvlg_ros.errors import RealvlgError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import (
    Grounder,
    Grounding,
    GroundingStatus,
    never_aborted,
)
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.simulation.world import World
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import invert

# Stamp of the first frame, s: that of a clock that has run for a while.
_BEGIN_S = 1000.0
# A goal that has no answer after so many frames has timed out: 2 s.
_PATIENCE = 2 * RATE_HZ
_SEEN = (TargetState.TENTATIVE, TargetState.CONFIRMED)


@dataclass
class _Goal:
    """A goal on its way."""

    ask: Ask
    number: int
    request_id: str
    grounding: Grounding | None = None
    due: int = 0
    words: str = 'no target that can be used'
    embedded: str = ''


@dataclass
class Told:
    """What came of a story.

    Attributes:
        answers: to its goals.
        published: targets while and after something changed.
        sights: what may be drawn of each answer of OK.
    """

    answers: list[Answer] = field(default_factory=list)
    published: Published = field(default_factory=Published)
    sights: list[Sight] = field(default_factory=list)


class Player:
    """Plays one story."""

    def __init__(
        self, story: Story, seed: int, gripper: Gripper, embedded: Grounder | None = None
    ) -> None:
        """Prepare the stream.

        Args:
            story: to play.
            seed: of the noise.
            gripper: that is planned for and judged.
            embedded: a loaded grounder, asked beside the true one while nothing is wrong.
        """
        self._story, self._seed, self._embedded = story, seed, embedded
        self._grounder = TruthGrounder(story.scene.target)
        self._pipeline = Pipeline(self._grounder, GraspPlanner(gripper))
        self._camera = ShotCamera(seed)
        self._referee = Referee(story.scene, gripper, seed)
        self._told = Told()
        self._worlds: dict[int, World] = {}
        self._goal: _Goal | None = None
        self._index = 0

    def play(self) -> Told:
        """Play the whole story."""
        asks = list(self._story.asks)
        while asks or self._goal is not None:
            shot = self._shoot()
            self._worlds[shot.stamp_ns] = self._story.moment(self._index).world
            self._step(shot)
            if asks and self._goal is None and self._index >= asks[0].start:
                self._ask(shot, asks.pop(0))
            self._index += 1
        return self._told

    def _shoot(self) -> Shot:
        """The image pair of this frame, with its noise, stamp and fault."""
        moment, pose = self._story.moment(self._index), self._story.scene.camera2world
        shot = self._camera.shoot(moment.world, pose, self._index)
        known = pose if self._story.tf else None
        return moment.fault(replace(shot, stamp_ns=_stamp_ns(self._index), camera2world=known))

    def _step(self, shot: Shot) -> None:
        """Follow one frame, and answer the goal if there is an answer now."""
        goal = self._goal
        try:
            targets = self._pipeline.follow(shot.to_frame())
            self._watch(targets)
            if goal is not None and goal.grounding is not None and self._index >= goal.due:
                grounding, goal.grounding = goal.grounding, None
                targets = [self._pipeline.finish(grounding)]
        except RealvlgError as error:
            targets = []
            if goal is not None:
                goal.words = str(error)
        except Exception:
            if goal is not None:
                self._end('CRASHED', traceback.format_exc(limit=-2))
            return
        if goal is None:
            return
        for target in targets if goal.grounding is None else ():
            if target.request_id == goal.request_id and self._take(target, shot):
                return
        if self._index - goal.ask.start > _PATIENCE:
            self._end('TIMED_OUT', goal.words)

    def _watch(self, targets: list[GraspTarget]) -> None:
        """Judge what is published once something has changed in the scene."""
        world = self._story.moment(self._index).world
        if world is self._story.scene.world:
            return
        for target in targets:
            if target.grasps and target.state in _SEEN:
                verdict = self._referee.verdicts(target, world, 1)[0]
                self._told.published.add(verdict.cause.honest)

    def _ask(self, shot: Shot, ask: Ask) -> None:
        number = len(self._told.answers) + 1
        self._goal = _Goal(ask, number, f'{self._seed}-{number}')
        self._ground(shot, self._goal, ask.grounded - ask.start)

    def _ground(self, shot: Shot, goal: _Goal, frames: int) -> None:
        """Ground a frame; the answer comes so many frames later."""
        self._grounder.shot, self._grounder.request_id = shot, goal.request_id
        sentence = self._story.scene.sentence
        try:
            frame = shot.to_frame()
            grounding = self._pipeline.start(frame, sentence, goal.request_id)
        except RealvlgError as error:
            self._end('FAILED', str(error))
            return
        if grounding.status != GroundingStatus.OK:
            self._end(grounding.status.name, grounding.message)
            return
        goal.grounding, goal.due = grounding, self._index + max(frames, 1)
        if not goal.ask.faulty and self._embedded is not None:
            found = self._embedded.ground(frame, sentence, never_aborted)
            goal.embedded = compare(found, shot.rendered.mask(self._story.scene.target))

    def _take(self, target: GraspTarget, shot: Shot) -> bool:
        """Whether a target answers the goal, as grasp_server takes it."""
        goal = self._goal
        assert goal is not None
        if target.state == TargetState.LOST:
            if self._index - goal.ask.start > _PATIENCE:
                self._end('LOST', target.message)
            else:
                self._ground(shot, goal, 1)
            return True
        if target.state == TargetState.NO_GRASP:
            self._end('NO_GRASP', target.message)
            return True
        checked = target.checked_stamp_ns == target.stamp_ns
        if target.grasps and target.state in _SEEN and checked:
            self._end('OK', target.message, target)
            self._show(target, shot)
            return True
        return False

    def _end(self, status: str, message: str, target: GraspTarget | None = None) -> None:
        """Note the answer to the goal, judged."""
        goal, self._goal = self._goal, None
        assert goal is not None
        kind = self._story.kind if goal.ask.faulty else CLEAN
        answer = Answer(self._seed, kind, goal.number, status, message, embedded=goal.embedded)
        if target is not None:
            verdicts = self._referee.verdicts(target, self._world_at(target.stamp_ns, goal))
            false = [v for v in verdicts if not v.cause.honest]
            answer = replace(answer, verdict=verdicts[0], worst=false[0] if false else None)
        elif kind == CLEAN:
            world = self._story.moment(self._index).world
            answer = replace(answer, graspable=self._referee.graspable(world))
        self._told.answers.append(answer)

    def _world_at(self, stamp_ns: int, goal: _Goal) -> World:
        """What was there in the frame that an answer names; one before the goal does not count."""
        asked = self._story.moment(goal.ask.start).world
        return (
            self._worlds.get(stamp_ns, asked) if stamp_ns >= _stamp_ns(goal.ask.start) else asked
        )

    def _show(self, target: GraspTarget, shot: Shot) -> None:
        grasp = target.grasps[0]
        if target.frame_id != shot.camera.frame_id:
            grasp = grasp.transformed(invert(self._story.scene.camera2world))
        self._told.sights.append(Sight(self._told.answers[-1], shot, grasp))


def _stamp_ns(index: int) -> int:
    """When a frame is taken."""
    return round((_BEGIN_S + index / RATE_HZ) * 1e9)
