"""Stories of what only exists in ROS: stamps, tf, parameters, camera_info, and silence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.honesty import shots
from benchmarks.honesty.camera import ShotCamera
from benchmarks.honesty.scenes import Scene, random_scene, without
from benchmarks.honesty.shots import Fault
from benchmarks.honesty.truth_grounder import compare
from realvlg_ros.arrays import FloatArray
from realvlg_ros.grounding.grounding import Grounder, never_aborted
from realvlg_ros.simulation.world import World, upright_pose

FIXED_FRAME = 'base_link'
# Scenes that are tried for a story. Chosen: nearly every story finds one.
_ATTEMPTS = 40
Restamp = Callable[[int, int], Sequence[int]]


def unchanged(stamp_ns: int, index: int) -> Sequence[int]:
    """Stamps as they are, for camera_info, colour and depth."""
    return (stamp_ns,) * 3


@dataclass(frozen=True, eq=False)
class GraphStory:
    """A camera and its fault, told to the real nodes.

    Attributes:
        kind: of the fault.
        scene: what is there.
        base2world: 4x4 pose of the robot's base.
        parameters: of the nodes that read the camera.
        from_start: the fault is there before the first goal.
        fault: of the images.
        world: what is there with the fault, if that differs.
        restamp: changes the stamps of camera_info, colour and depth of a frame.
        pause_s: time without any image when the fault begins; infinite for a dead camera.
        tf: how tf comes: '' (none), 'static', 'unconnected', or 'late'.
        words: of which one must be said, if the fault keeps the goal from being answered.
        passes: after the fault everything is as it should be.
    """

    kind: str
    scene: Scene
    base2world: FloatArray
    parameters: dict[str, Any] = field(default_factory=dict)
    from_start: bool = False
    fault: Fault = shots.none
    world: World | None = None
    restamp: Restamp = unchanged
    pause_s: float = 0.0
    tf: str = ''
    words: tuple[str, ...] = ()
    passes: bool = False

    @property
    def fixed(self) -> bool:
        """Whether answers were asked for in the fixed frame."""
        return 'fixed_frame' in self.parameters


def _clean(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    if rng.random() < 0.5:
        return story
    return replace(story, parameters={'fixed_frame': FIXED_FRAME}, tf='static')


def _one_zero_stamp(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    stream = int(rng.integers(3))
    zeroed: list[int] = []

    def restamp(stamp_ns: int, index: int) -> Sequence[int]:
        stamps = [stamp_ns] * 3
        if not zeroed:
            zeroed.append(index)
            stamps[stream] = 0
        return stamps

    return replace(story, restamp=restamp, passes=True)


def _all_zero(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    return replace(
        story, restamp=lambda stamp_ns, index: (0, 0, 0), words=('stamp',),
        from_start=bool(rng.random() < 0.5),
    )  # fmt: skip


def _loop(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    back = round(float(rng.uniform(1.0, 60.0)) * 1e9)
    return replace(story, restamp=lambda stamp_ns, index: (stamp_ns - back,) * 3, passes=True)


def _gap(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    return replace(story, pause_s=float(rng.uniform(1.0, 3.5)), passes=True)


def _dead_camera(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    """It dies, and then the target is taken away."""
    world = without(story.scene.world, story.scene.target)
    words = ('no frame', 'no image', 'camera has', 'stopped')
    return replace(story, world=world, pause_s=np.inf, words=words)


def _tf(how: str) -> Callable[[GraphStory, np.random.Generator], GraphStory]:
    def change(story: GraphStory, rng: np.random.Generator) -> GraphStory:
        return replace(
            story, parameters={'fixed_frame': FIXED_FRAME}, tf=how, from_start=True,
            words=(FIXED_FRAME,),
        )  # fmt: skip

    return change


def _scale(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    words = ('depth_scale', 'unit', 'scale', 'millimet')
    story = replace(story, words=words, from_start=True)
    if rng.random() < 0.5:
        return replace(
            story, parameters={'depth_scale': float(rng.choice([0.01, 0.004, 2.5e-4, 1.0]))}
        )
    faults = (shots.scaled_depth(10), shots.scaled_depth(4), shots.float_depth(100))
    return replace(story, fault=faults[int(rng.integers(len(faults)))])


def _intrinsics(story: GraphStory, rng: np.random.Generator) -> GraphStory:
    faults = (
        shots.origin_at_corner,
        shots.identity_intrinsics,
        shots.half_focal,
    )
    words = ('camera_info', 'focal', 'intrinsic', 'calibrat', 'principal')
    fault = faults[int(rng.integers(len(faults)))]
    return replace(story, words=words, from_start=True, fault=fault)


# Each kind of story on the graph: how many of 300, and how it differs.
GRAPH_KINDS: dict[str, tuple[int, Callable[[GraphStory, np.random.Generator], GraphStory]]] = {
    'ROS: clean': (6, _clean),
    'ROS: one zero stamp': (5, _one_zero_stamp),
    'ROS: all stamps zero': (5, _all_zero),
    'ROS: bag loops': (5, _loop),
    'ROS: gap': (5, _gap),
    'ROS: dead camera': (6, _dead_camera),
    'ROS: tf missing': (5, _tf('')),
    'ROS: tf unconnected': (5, _tf('unconnected')),
    'ROS: tf late': (4, _tf('late')),
    'ROS: depth scale': (8, _scale),
    'ROS: intrinsics': (6, _intrinsics),
}


def tell_graph(kind: str, seed: int, embedded: Grounder) -> GraphStory:
    """Make a story of a kind, in a scene whose target the embedded grounder finds.

    Args:
        kind: one of GRAPH_KINDS.
        seed: equal seeds give equal stories.
        embedded: the loaded grounder of grounding_node.

    Raises:
        RuntimeError: it found the target in none of many scenes.
    """
    rng = np.random.default_rng(seed)
    for _ in range(_ATTEMPTS):
        scene = random_scene(rng, 0.45, 0.8)
        if _finds(embedded, scene, seed):
            break
    else:
        raise RuntimeError(f'{kind}: the target is found in none of {_ATTEMPTS} scenes')
    x, y, yaw = rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6), rng.uniform(-np.pi, np.pi)
    base2world = upright_pose(x, y, yaw)
    return GRAPH_KINDS[kind][1](GraphStory(kind, scene, base2world), rng)


def _finds(grounder: Grounder, scene: Scene, seed: int) -> bool:
    """Whether a grounder finds the target of a scene in two frames."""
    camera = ShotCamera(seed)
    views = [camera.shoot(scene.world, scene.camera2world, i) for i in range(2)]
    truth = views[0].rendered.mask(scene.target)
    found = [grounder.ground(view.to_frame(), scene.sentence, never_aborted) for view in views]
    return all(compare(grounding, truth) == 'OK' for grounding in found)
