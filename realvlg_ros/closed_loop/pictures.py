"""Pictures of an episode: what the camera saw, and the hand at moments of the pick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from ..arrays import ByteArray, FloatArray
from ..camera import Camera
from ..errors import RunError
from ..grasping.gripper import Gripper
from ..simulation.mesh_primitives import load_trimesh
from ..simulation.physics.pick_result import Snapshot
from ..simulation.renderer import Renderer, RenderSettings
from ..simulation.sim_object import SimObject
from ..simulation.trajectory import d435_camera, look_at
from ..simulation.world import Light, World
from .episode import Trial
from .scenes import EpisodeScene

_HAND = 'hand'
# Size of a picture, px, and where the second camera stands with respect to the grasp, m. Chosen:
# hand, object and table fill the picture.
_WIDTH, _HEIGHT = 320, 240
_EYE_DISTANCE, _EYE_HEIGHT, _LOOK_UP = 0.42, 0.20, 0.05
_HAND_COLOR, _PAD_COLOR = (226, 60, 52), (60, 60, 66)
# Moments of a strip, as phases and the share of each that has passed. Chosen: what decides.
_MOMENTS = (
    ('approach', 0.0), ('approach', 1.0), ('close', 1.0), ('lift', 0.4), ('lift', 1.0),
    ('hold', 1.0),
)  # fmt: skip


def strip(trial: Trial, gripper: Gripper) -> ByteArray:
    """What the camera saw, with the mask, and six moments of the pick; RGB.

    Args:
        trial: with or without a pick.
        gripper: that was used.

    Returns:
        (240, 320 n, 3) uint8.
    """
    pictures = [_seen(trial)]
    if trial.pick is not None:
        scenery = _Scenery(trial.scene, gripper, trial.pick.snapshots)
        for snapshot in _moments(trial.pick.snapshots):
            pictures.append(scenery.draw(snapshot, snapshot.phase))
    return np.concatenate(pictures, axis=1)


def write_animation(path: Path, trial: Trial, gripper: Gripper) -> None:
    """Write the pick as an animated WebP of 10 pictures a second.

    Args:
        path: of the file.
        trial: with a pick.
        gripper: that was used.

    Raises:
        RunError: it cannot be written.
    """
    if trial.pick is None:
        return
    scenery = _Scenery(trial.scene, gripper, trial.pick.snapshots)
    animation = cv2.Animation()
    animation.frames = [
        scenery.draw(snapshot, snapshot.phase)[..., ::-1] for snapshot in trial.pick.snapshots
    ]
    animation.durations = [100] * len(animation.frames)
    if not cv2.imwriteanimation(str(path), animation, [cv2.IMWRITE_WEBP_QUALITY, 60]):
        raise RunError(f'{path} cannot be written')


class _Scenery:
    """Draws the scene from beside the grasp."""

    def __init__(
        self, scene: EpisodeScene, gripper: Gripper, snapshots: Sequence[Snapshot]
    ) -> None:
        self._scene, self._gripper = scene, gripper
        middle = snapshots[-1].tcp2world[:3, 3].copy()
        middle[2] = min(s.tcp2world[2, 3] for s in snapshots) + _LOOK_UP
        # From the side on which both fingers are seen, and the camera's rather than the other.
        opening = snapshots[0].tcp2world[:2, 1]
        side = np.array([-opening[1], opening[0]])
        side /= max(float(np.linalg.norm(side)), 1e-6)
        toward = scene.camera2world[:2, 3] - middle[:2]
        side = side if side @ toward >= 0 else -side
        eye = middle + (*(_EYE_DISTANCE * side), _EYE_HEIGHT)
        self._camera: Camera = d435_camera(_WIDTH, _HEIGHT)
        self._pose = look_at(eye, middle)

    def draw(self, snapshot: Snapshot, words: str) -> ByteArray:
        """A picture of a moment, RGB."""
        scene = self._scene
        objects = [
            replace(item, pose=snapshot.poses.get(item.name, item.pose))
            for item in scene.world.objects
        ]
        world = World(
            (*objects, _hand(self._gripper, snapshot)), scene.world.table,
            replace(Light(), direction=(0.3, 0.4, 1.0)), name='strip',
        )  # fmt: skip
        picture = Renderer(world, RenderSettings(occlusion=False)).render(
            self._camera, self._pose, None, 0
        )
        return _titled(picture.frame.color, f'{snapshot.time:.1f} s {words}')


def _hand(gripper: Gripper, snapshot: Snapshot) -> SimObject:
    trimesh = load_trimesh()
    meshes = []
    for low, high in gripper.boxes(max(snapshot.opening, 0.0)):
        box = trimesh.creation.box(high - low)
        box.apply_translation((low + high) / 2)
        meshes.append(box)
    mesh = trimesh.util.concatenate(meshes)
    paint = np.tile(np.array(_HAND_COLOR, np.uint8), (len(mesh.faces), 1))
    paint[: 2 * len(meshes[0].faces)] = _PAD_COLOR
    return SimObject(_HAND, _HAND, _HAND, _HAND_COLOR, mesh, paint, _pose(snapshot))


def _pose(snapshot: Snapshot) -> FloatArray:
    return np.asarray(snapshot.tcp2world, np.float64)


def _moments(snapshots: Sequence[Snapshot]) -> list[Snapshot]:
    """The moments of a strip; those of phases that were not reached are left out."""
    found = []
    for phase, share in _MOMENTS:
        here = [s for s in snapshots if s.phase == phase]
        if here:
            found.append(here[round(share * (len(here) - 1))])
    return found


def _seen(trial: Trial) -> ByteArray:
    """The camera's picture with what was understood, small."""
    color = trial.rendered.frame.color
    grounding = trial.asked.grounding
    mask = trial.rendered.mask(trial.scene.target)
    picture = color.copy()
    outline, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, outline, -1, (0, 200, 0), 2)
    if grounding is not None and grounding.mask is not None:
        found, _ = cv2.findContours(
            grounding.mask.to_full(*mask.shape).astype(np.uint8), cv2.RETR_EXTERNAL,
            cv2.CHAIN_APPROX_NONE,
        )  # fmt: skip
        cv2.drawContours(picture, found, -1, (255, 230, 0), 1)
    small = cv2.resize(picture, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)
    return _titled(small, trial.episode.sentence)


def _titled(picture: ByteArray, words: str) -> ByteArray:
    picture = np.ascontiguousarray(picture)
    for color, width in (((255, 255, 255), 3), ((20, 20, 20), 1)):
        cv2.putText(
            picture, words, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, color, width, cv2.LINE_AA
        )
    return picture
