"""Episodes through the nodes: the same scenes and records, with the executor's own commands."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..grasping.grasp import Grasp
from ..grasping.gripper import Gripper
from ..simulation.physics.attempts import ATTEMPTS_FILE, Attempt, read_attempts
from ..simulation.physics.pick_result import PickResult
from ..tracking.target.target import GraspTarget
from .asking import Asked
from .episode import Loop, Trial, View
from .record import Episode
from .scenes import EpisodeScene
from .world_folder import write_world

if TYPE_CHECKING:
    from ..moveit.pick_graph import Picked, PickGraph

# A turn of the approach counts as this distance, m a unit of its vector. Chosen: half a finger's
# length, by which the fingertips move then.
_LEVER = 0.02


class NodesLoop(Loop):
    """Runs episodes through camera, perception, executor and a robot that physics moves.

    What is judged is the last attempt: the pose and opening that the robot was commanded to.
    """

    def __init__(self, gripper: Gripper, graph: PickGraph, folder: Path | None) -> None:
        """Prepare.

        Args:
            gripper: profile with an `actuation`.
            graph: starts the nodes.
            folder: gets a folder for each scene; None keeps nothing.
        """
        super().__init__(gripper, 'sentence')
        self._graph, self._folder = graph, folder
        self._picked: Picked | None = None
        self._attempts: list[Attempt] = []

    def ask(self, trial: Trial, view: View, mask: np.ndarray, seed: int) -> Asked:
        """Write the scene, and pick in it through the nodes.

        Args:
            trial: with scene and sentence.
            view: is not asked: the nodes have a camera of their own.
            mask: is not asked.
            seed: of the scene.
        """
        self._picked, self._attempts = None, []
        if self._folder is not None:
            folder = self._folder / f'{seed:06}'
            (folder / ATTEMPTS_FILE).unlink(missing_ok=True)
            return self._ask_in(folder, trial, seed)
        with tempfile.TemporaryDirectory() as folder_name:
            return self._ask_in(Path(folder_name), trial, seed)

    def _ask_in(self, folder: Path, trial: Trial, seed: int) -> Asked:
        scene, sentence = trial.scene, trial.episode.sentence
        write_world(folder, scene)
        picked = self._graph.pick(folder, scene.depth, 1000 * seed, sentence)
        self._picked, self._attempts = picked, read_attempts(folder / ATTEMPTS_FILE)
        status = picked.plan_status if picked.status == 'NO_TARGET' else picked.status
        message = f'{picked.status} after {picked.tries} tries: {picked.message}'
        return Asked(
            status, message, None, picked.grounding, len(picked.targets), dict(picked.seconds)
        )

    def _judge(self, trial: Trial, pick: PickResult) -> None:
        """Say what became of a pick, and what the executor says of it."""
        super()._judge(trial, pick)
        detail, message = trial.episode.detail, trial.asked.message
        if detail != message:
            trial.episode = replace(trial.episode, detail=f'{detail}; {message}')

    def _refused(self, episode: Episode, scene: EpisodeScene, seed: int) -> Episode:
        """Nodes that did not answer have not refused anything: that stays an error."""
        if self._picked is None or self._picked.plan_status == 'FAILED':
            return episode
        return super()._refused(episode, scene, seed)

    def pick(self, trial: Trial) -> None:
        """Take the last attempt of the robot."""
        if self._picked is None or not self._attempts:
            return
        attempt, before = self._attempts[-1], self._attempts[:-1]
        planned = nearest_grasp(self._picked.targets, attempt.tcp2world)
        if planned is None:
            return
        trial.grasp = replace(
            planned, tcp2frame=attempt.tcp2world, opening_width=attempt.opening,
            standoff=attempt.standoff,
        )  # fmt: skip
        trial.pick = named(attempt.result, trial.scene.target)
        for earlier in before:
            _add_forces(trial.pick, earlier.result)


def nearest_grasp(targets: Sequence[GraspTarget], tcp2world: np.ndarray) -> Grasp | None:
    """Of all grasps of targets the one nearest to a pose (4x4); None where there is none."""

    def distance(grasp: Grasp) -> float:
        apart = np.asarray(grasp.tcp2frame)[:3, 2:] - tcp2world[:3, 2:]
        return float(np.linalg.norm(apart[:, 1]) + _LEVER * np.linalg.norm(apart[:, 0]))

    return min((g for t in targets for g in t.grasps), key=distance, default=None)


def _add_forces(result: PickResult, earlier: PickResult) -> None:
    """Keep the largest forces of an earlier attempt, too."""
    result.table_force = max(result.table_force, earlier.table_force)
    for name, force in earlier.approach_force.items():
        result.approach_force[name] = max(result.approach_force.get(name, 0.0), force)


def named(result: PickResult, target: str) -> PickResult:
    """The result of a hand that did not know what it was to pick, told for one object."""
    others = {name: far for name, far in result.moved.items() if name != target}
    return replace(result, held=target in result.lifted, moved=others)
