"""One episode: a scene, an instruction, the answer of the pipeline, and a pick."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

from ..errors import RealvlgError, WorldError
from ..evaluation.graspable import find_valid_grasp
from ..evaluation.mesh_judge import judge_grasp
from ..frame import RgbdFrame
from ..grasping.grasp import Grasp
from ..grasping.gripper import Gripper
from ..grasping.planner import GraspPlanner
from ..grounding.grounding import Grounder, Grounding
from ..grounding.registry import make_grounder
from ..simulation.physics.pick import Pick
from ..simulation.physics.pick_result import PickResult
from ..simulation.physics.settings import PickSettings
from ..simulation.placed_mesh import PlacedMesh
from ..simulation.renderer import RenderedFrame, Renderer, RenderSettings
from ..simulation.world import WORLD_FRAME
from ..transforms import transform_points
from .asking import Asked, ask
from .grounders import BoxGrounder, TruthGrounder
from .record import Cause, Episode
from .scenes import CAMERA, HARD_DEPTH, EpisodeScene
from .sentences import name_objects, sentence_for

# Time between two frames, ns. From a camera at 30 Hz.
_PERIOD_NS = 33_333_333
# Time of the first frame, ns. Chosen: that of a clock that has run for a while.
_BEGIN_NS = 1_000_000_000_000
# A force on the hand before it closes that explains a failure, and one that is a failure, N.
# Chosen: more than a touch; what stops an arm that works beside people.
_TOUCH, _STOP = 2.0, 20.0
# A mask of which less is the target's means another object. Chosen: half.
_SAME = 0.5


@dataclass
class Trial:
    """An episode with what can be drawn of it.

    Attributes:
        episode: the record.
        scene: that it took place in.
        rendered: the first image.
        asked: the answer.
        grasp: that was tried, in the world.
        pick: what came of it.
    """

    episode: Episode
    scene: EpisodeScene
    rendered: RenderedFrame
    asked: Asked
    grasp: Grasp | None = None
    pick: PickResult | None = None


class Loop:
    """Runs episodes with one gripper."""

    def __init__(self, gripper: Gripper, grounding: str, pick: PickSettings | None = None) -> None:
        """Prepare planner and grounder.

        Args:
            gripper: profile with an `actuation`.
            grounding: truth, box or sentence.
            pick: how picks are carried out.
        """
        self._gripper, self._grounding = gripper, grounding
        self._planner = GraspPlanner(gripper)
        self._pick = pick or PickSettings()
        self._tabletop: Grounder | None = None
        if grounding == 'sentence':
            self._tabletop = make_grounder('tabletop')
            self._tabletop.load()

    def run(self, scene: EpisodeScene, kind: str, seed: int) -> Trial:
        """Run one episode.

        Args:
            scene: made for it.
            kind: the set that it is of.
            seed: of the scene; noise and sentence follow from it.
        """
        started = time.perf_counter()
        view = View(scene, seed)
        rendered = view.rendered(0)
        sentence = self._sentence(scene, seed)
        blank = Episode(
            kind, seed, self._grounding, scene.target, sentence, len(scene.things),
            scene.depth is HARD_DEPTH, Cause.ERROR, '', 'ERROR',
        )  # fmt: skip
        mask = rendered.mask(scene.target)
        trial = Trial(blank, scene, rendered, Asked('FAILED', ''))
        try:
            asked = self.ask(trial, view, mask, seed)
        except RealvlgError as error:
            asked = Asked('FAILED', str(error))
        seconds = {'render': view.seconds, **asked.seconds}
        episode = replace(blank, status=asked.status, detail=asked.message, frames=asked.frames)
        trial.episode, trial.asked = episode, asked
        begin = time.perf_counter()
        try:
            self.pick(trial)
        except WorldError as error:
            asked = trial.asked = Asked('FAILED', str(error))
            trial.episode = replace(episode, status='FAILED', detail=str(error))
        if asked.status == 'FAILED':
            pass
        elif _means_another(asked.grounding, mask):
            trial.episode = replace(
                episode, cause=Cause.WRONG_OBJECT, detail=f'another was meant; {asked.message}'
            )
        elif trial.pick is None:
            trial.episode = self._refused(episode, scene, seed)
        else:
            self._judge(trial, trial.pick)
        seconds['pick'] = time.perf_counter() - begin
        seconds['total'] = time.perf_counter() - started
        trial.episode = replace(trial.episode, seconds=seconds)
        return trial

    def ask(self, trial: Trial, view: View, mask: np.ndarray, seed: int) -> Asked:
        """Give the instruction.

        Args:
            trial: with scene and sentence.
            view: the frames of the camera.
            mask: (height, width) true one of the target in the first frame.
            seed: of the scene.
        """
        grounder = self._grounder(trial.scene, mask, seed)
        return ask(grounder, self._planner, view.frame, trial.episode.sentence)

    def pick(self, trial: Trial) -> None:
        """Pick with the best grasp of the answer; does nothing without one."""
        scene, target = trial.scene, trial.asked.target
        if target is None or trial.asked.status != 'OK':
            return
        grasp = target.grasps[0]
        if target.frame_id != WORLD_FRAME:
            grasp = grasp.transformed(scene.camera2world)
        trial.grasp = grasp
        trial.pick = Pick(scene.solids, scene.world.table, self._gripper, self._pick).run(
            grasp, scene.target
        )

    def _sentence(self, scene: EpisodeScene, seed: int) -> str:
        labels = {s.name: s.item.label for s in scene.things}
        places = {s.name: transform_points(s.item.pose, s.center_of_mass) for s in scene.things}
        named = name_objects(labels, places, scene.camera2world)
        return sentence_for(scene.target, named, np.random.default_rng((seed, 1)))

    def _grounder(self, scene: EpisodeScene, mask: np.ndarray, seed: int) -> Grounder:
        if self._tabletop is not None:
            return self._tabletop
        if self._grounding == 'box':
            return BoxGrounder(mask, scene.target, seed)
        return TruthGrounder(mask, scene.target)

    def _refused(self, episode: Episode, scene: EpisodeScene, seed: int) -> Episode:
        """A refusal is right where random grasps on the true meshes find none that holds."""
        meshes = {s.name: PlacedMesh.of(s.item) for s in scene.solids}
        target = meshes.pop(scene.target)
        possible = find_valid_grasp(target, meshes, self._gripper, seed)
        cause = Cause.RIGHTLY_REFUSED if possible is None else Cause.REFUSED
        return replace(episode, cause=cause)

    def _judge(self, trial: Trial, pick: PickResult) -> None:
        """Say what became of a pick."""
        scene, grasp = trial.scene, trial.grasp
        assert grasp is not None
        meshes = {s.name: PlacedMesh.of(s.item) for s in scene.solids}
        verdict = judge_grasp(
            grasp.tcp2frame, min(grasp.opening_width, self._gripper.max_opening), self._gripper,
            meshes.pop(scene.target), meshes,
        )  # fmt: skip
        cause, detail = _cause(pick, scene)
        trial.episode = replace(
            trial.episode,
            cause=cause,
            detail=detail or trial.asked.message,
            quality=grasp.quality,
            judged='valid' if verdict.failure is None else verdict.failure.value,
            held=pick.held,
            table_force=pick.table_force,
            approach_force=max(pick.approach_force.values(), default=0.0),
            width_error=pick.opening - grasp.object_width if pick.gripped else float('nan'),
        )


class View:
    """The frames of a still camera over a still scene, with new noise in each."""

    def __init__(self, scene: EpisodeScene, seed: int) -> None:
        """Look at a scene."""
        self._scene, self._seed = scene, seed
        self._renderer = Renderer(scene.world, RenderSettings(occlusion=False))
        self.seconds = 0.0

    def rendered(self, index: int) -> RenderedFrame:
        """The image of a number."""
        begin = time.perf_counter()
        image = self._renderer.render(
            CAMERA, self._scene.camera2world, self._scene.depth, 1000 * self._seed + index,
            stamp_ns=_BEGIN_NS + index * _PERIOD_NS,
        )  # fmt: skip
        self.seconds += time.perf_counter() - begin
        return image

    def frame(self, index: int) -> RgbdFrame:
        """The frame of a number, with the camera's pose."""
        return self.rendered(index).frame.placed(self._scene.camera2world, WORLD_FRAME)


def _cause(pick: PickResult, scene: EpisodeScene) -> tuple[Cause, str]:
    """What became of a pick, and the evidence in words."""
    others = [name for name in pick.lifted if name != scene.target]
    pushed = max(pick.approach_force.items(), key=lambda item: item[1], default=('', 0.0))
    if others and not pick.held:
        return Cause.WRONG_OBJECT, f'{", ".join(others)} was taken'
    if pick.success and pushed[1] <= _STOP:
        return Cause.SUCCESS, ''
    if pushed[1] > _TOUCH:
        return Cause.COLLISION, f'{pushed[1]:.0f} N on {pushed[0]} before the fingers closed'
    if pick.held:
        moved = ', '.join(f'{n} by {pick.moved[n] * 1e3:.0f} mm' for n in pick.disturbed)
        return Cause.DISTURBED, f'moved {moved}'
    if scene.target in pick.gripped:
        return Cause.SLIP, f'gripped at {pick.opening * 1e3:.1f} mm and lost'
    touched = f'between the fingers: {", ".join(pick.gripped) or "nothing"}'
    return Cause.MISSED, f'closed to {pick.opening * 1e3:.1f} mm, {touched}'


def _means_another(grounding: Grounding | None, mask: np.ndarray) -> bool:
    if grounding is None or grounding.mask is None:
        return False
    found = grounding.mask.to_full(*mask.shape)
    return bool((found & mask).sum() < _SAME * found.sum())
