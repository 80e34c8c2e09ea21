"""Plays a story on the real nodes and judges each answer, and each silence."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import numpy as np
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget

from benchmarks.honesty.answer import ROS_CLEAN, Answer
from benchmarks.honesty.camera import RATE_HZ, ShotCamera
from benchmarks.honesty.core import Told
from benchmarks.honesty.graph_stories import FIXED_FRAME, GraphStory
from benchmarks.honesty.judge import Cause, Verdict, judge
from benchmarks.honesty.nodes import Asked, Graph, wait_until
from benchmarks.honesty.picture import Sight
from benchmarks.honesty.scenes import CAMERA, true_scene
from realvlg_ros.evaluation.graspable import find_valid_grasp
from realvlg_ros.grasping.grasp import Grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.ros.conversions.grasp import grasp_from_msg
from realvlg_ros.ros.conversions.region import mask_from_msg
from realvlg_ros.ros.conversions.stamps import stamp_to_ns
from realvlg_ros.ros.requests.status_names import STATUS_NAMES
from realvlg_ros.ros.tf.tf_adapter import transform_to_msg
from realvlg_ros.simulation.world import World
from realvlg_ros.transforms import invert

# Silence is longer than 2 s; half a second is for the way there and back. Chosen: feedback comes
# that often.
SILENCE_S = 2.0 + 0.5
# Deadline of a goal while nothing is wrong, and with the fault, s. Chosen: a busy machine answers
# in the first; a fault is named long before the second.
_CLEAN_GOAL_S, _GOAL_S = 20.0, 7.0
# Images that are rendered and then sent in turn. Chosen: half a second of noise, for time.
_POOL = 8
# By so much tf that is late comes after its image, s. Chosen: longer than a node waits for it.
_TF_DELAY_S = 0.6


class GraphPlayer:
    """Plays one story."""

    def __init__(self, story: GraphStory, seed: int, gripper: Gripper) -> None:
        """Prepare the images.

        Args:
            story: to play.
            seed: of the noise.
            gripper: that is judged; grasp_node has it by its default.
        """
        self._story, self._seed, self._gripper = story, seed, gripper
        self._rng = np.random.default_rng(seed)
        self._worlds = [story.scene.world, story.world or story.scene.world]
        camera = ShotCamera(seed)
        pose = story.scene.camera2world
        self._clean = [camera.shoot(self._worlds[0], pose, i) for i in range(_POOL)]
        self._faulty = [story.fault(camera.shoot(self._worlds[1], pose, i)) for i in range(_POOL)]
        self._told = Told()
        self._placed: Grasp | None = None
        self._ended = threading.Event()

    def play(self) -> Told:
        """Ask three goals, two of them with the fault."""
        self._graph = Graph(self._story.parameters, RATE_HZ)
        sender = threading.Thread(target=self._send_tf, daemon=True)
        sender.start()
        try:
            if not self._story.from_start:
                self._graph.camera.show(self._clean)
                self._take(self._ask(_CLEAN_GOAL_S), faulty=False)
            began = self._begin_fault()
            for pause in (float(self._rng.uniform(0.0, 0.5)), 0.8):
                time.sleep(pause)
                self._take(self._ask(_GOAL_S), faulty=True)
            self._hear_topic(began)
        finally:
            self._ended.set()
            sender.join(2.0)
            self._graph.close()
        return self._told

    def _ask(self, timeout: float) -> Asked:
        asked = self._graph.ask(
            self._story.scene.sentence, timeout, bool(self._rng.random() < 0.5)
        )
        wait_until(lambda: asked.result is not None, timeout + 3.0)
        return asked

    def _begin_fault(self) -> float:
        """Begin the fault; returns when it began (time.monotonic, s)."""
        story, camera = self._story, self._graph.camera
        began = time.monotonic()
        if story.pause_s:
            camera.show([])
            if np.isinf(story.pause_s):
                return began
            threading.Timer(story.pause_s, lambda: camera.show(self._faulty, 1)).start()
            return began
        camera.restamp = story.restamp
        camera.show(self._faulty, 1)
        return began

    def _send_tf(self) -> None:
        """Publish the pose of the camera as the story has it, until it ends."""
        how = self._story.tf
        camera2base = invert(self._story.base2world) @ self._story.scene.camera2world
        if how == 'static':
            message = transform_to_msg(FIXED_FRAME, CAMERA.frame_id, camera2base, 0)
            self._graph.tf.send_static(message)
        while how in ('unconnected', 'late') and not self._ended.wait(0.05):
            now = self._graph.client.get_clock().now().nanoseconds
            parent = FIXED_FRAME if how == 'late' else 'map'
            then = now - round(_TF_DELAY_S * 1e9)
            self._graph.tf.send(transform_to_msg(parent, CAMERA.frame_id, camera2base, then))

    def _take(self, asked: Asked, faulty: bool) -> None:
        """Judge one goal."""
        story, result = self._story, asked.result
        kind = story.kind if faulty else ROS_CLEAN
        answer = Answer(
            self._seed, kind, len(self._told.answers) + 1, 'SILENT', 'there was no result'
        )
        if result is not None:
            answer = replace(answer, status=STATUS_NAMES[result.status], message=result.message)
        if result is not None and result.status == PlanGrasps.Result.OK:
            answer = replace(answer, verdict=self._judge(result))
        elif faulty and story.words and not self._named(asked, story.words):
            said = [words for at, words in self._graph.heard.words if at >= asked.sent]
            answer = replace(
                answer, status='SILENT',
                message=f'none of {story.words} within {SILENCE_S} s; then {answer.message!r}, '
                f'heard {sorted(set(said))[:4]}',
            )  # fmt: skip
        elif kind == ROS_CLEAN:
            answer = replace(answer, graspable=self._graspable())
        self._told.answers.append(answer)
        if self._placed is not None:
            shot = self._faulty[0] if faulty else self._clean[0]
            self._told.sights.append(Sight(answer, shot, self._placed))
            self._placed = None

    def _named(self, asked: Asked, words: tuple[str, ...]) -> bool:
        """Whether the cause was named in time after a goal was sent."""
        graph = self._graph
        until = asked.sent + SILENCE_S + graph.lag.total - asked.lag_before
        return graph.heard.named(words, asked.sent, until)

    def _hear_topic(self, began: float) -> None:
        """Note a target that was published before the fault and went without a last word."""
        story = self._story
        if story.from_start or not (story.passes or np.isinf(story.pause_s)):
            return
        wait_until(lambda: time.monotonic() > began + 2 * SILENCE_S, 3 * SILENCE_S)
        heard = list(self._graph.heard.targets)
        if not heard:
            return
        at, last = heard[-1]
        words = ''
        if np.isinf(story.pause_s):
            if last.stable and last.state != GraspTarget.LOST:
                words = 'the last word on the topic is a stable target, and the camera is dead'
        elif (
            time.monotonic() - at > SILENCE_S + self._graph.lag.total
            and last.state != GraspTarget.LOST
        ):
            words = f'no target for {time.monotonic() - at:.1f} s, and the last was not LOST'
        if words:
            number = len(self._told.answers) + 1
            self._told.answers.append(Answer(self._seed, story.kind, number, 'SILENT', words))

    def _judge(self, result: Any) -> Verdict:
        target, story = result.target, self._story
        frame = target.header.frame_id
        if story.fixed and frame != FIXED_FRAME:
            return Verdict(Cause.FRAME, f'{FIXED_FRAME} was asked for; poses are in {frame!r}')
        pose = story.base2world if story.fixed else story.scene.camera2world
        grasp = grasp_from_msg(target.grasps[0])
        world = self._world_at(stamp_to_ns(target.header.stamp))
        verdict = judge(
            pose @ grasp.tcp2frame, grasp.opening_width, grasp.standoff, self._gripper,
            true_scene(world, self._meant(result)),
        )  # fmt: skip
        self._placed = grasp.transformed(invert(story.scene.camera2world) @ pose)
        return verdict

    def _world_at(self, stamp_ns: int) -> World:
        """What is there in the frame of a stamp; a dead camera has seen none that counts."""
        if np.isinf(self._story.pause_s) and len(self._told.answers) > 0:
            return self._worlds[1]
        return self._worlds[self._graph.camera.shown_at.get(stamp_ns, 1)]

    def _meant(self, result: Any) -> str:
        """The object that was grounded: which one is not judged here."""
        view = self._clean[0].rendered
        mask = mask_from_msg(result.grounding.mask)
        if mask is None:
            return self._story.scene.target
        full = mask.to_full(*view.instance_ids.shape)
        names = list(view.object2world)
        return max(names, key=lambda name: int((view.mask(name) & full).sum()))

    def _graspable(self) -> bool:
        scene = true_scene(self._worlds[0], self._story.scene.target)
        assert scene.target is not None
        return find_valid_grasp(scene.target, scene.others, self._gripper, self._seed) is not None
