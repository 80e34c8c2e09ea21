"""Simulated sequences for `jitter`: what moves, fresh noise in every frame, truth known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from realvlg_ros.arrays import FloatArray
from realvlg_ros.camera import Camera
from realvlg_ros.evaluation.mesh_judge import TriangleMesh
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import RegionMask
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import Motion, SimObject
from realvlg_ros.simulation.trajectory import LinearSweep, StaticView, Trajectory
from realvlg_ros.simulation.world_file import read_world
from realvlg_ros.transforms import invert, make_transform

RATE_HZ = 30
# When things begin to happen, s: after the warm-up of a prompt answer, before a late one.
EVENT_S = 1.7
DURATION_S = 4.0
_WORLD = Path(__file__).parents[2] / 'config/worlds/tabletop.yaml'
_EYE, _LOOK = (-0.52, 0.0, 0.50), (0.02, 0.0, 0.03)
_COLOR_NOISE = 2.0


@dataclass(frozen=True)
class Shot:
    """One frame and the truth about the target in it; the mask is None while hidden."""

    frame: RgbdFrame
    mask: RegionMask | None
    clean_depth: np.ndarray
    object2world: FloatArray
    camera2world: FloatArray

    @property
    def published2object(self) -> FloatArray:
        """From the frame in which targets are published to the object."""
        if self.frame.camera2fixed is None:
            return invert(self.object2world) @ self.camera2world
        return invert(self.object2world)

    def without_tf(self) -> Shot:
        """The same shot of a camera whose pose nobody knows."""
        return replace(self, frame=replace(self.frame, camera2fixed=None, fixed_frame=''))


@dataclass(frozen=True)
class Scenario:
    """What happens in a sequence.

    Attributes:
        name: in the report.
        motion: of the target.
        camera: its path.
        cover: share of the target that a passing board hides.
        still: whether the target neither moves nor is hidden at a time, s.
    """

    name: str
    motion: Motion | None = None
    camera: Trajectory = StaticView(_EYE, _LOOK)
    cover: float = 0.0
    still: Callable[[float], bool] = lambda t: True


def _sweep(speed: float) -> LinearSweep:
    side = 0.15
    return LinearSweep((_EYE[0], -side, _EYE[2]), (_EYE[0], side, _EYE[2]), speed, _LOOK)


def _outside(start: float, end: float) -> Callable[[float], bool]:
    return lambda t: not start <= t <= end


def scenarios() -> list[Scenario]:
    """All scenarios: still, camera on the arm, pushed, turned, hidden, carried along."""
    event = EVENT_S
    return [
        Scenario('still'),
        Scenario('arm_0.1', camera=_sweep(0.1)),
        Scenario('arm_0.3', camera=_sweep(0.3)),
        Scenario(
            'step_3cm', Motion((0, 0.03, 0), 0, event, 1e-3), still=_outside(event, event + 0.3)
        ),
        Scenario(
            'push_2cm',
            Motion((-0.01, 0.017, 0), 0, event, 0.2),
            still=_outside(event, event + 0.5),
        ),
        Scenario(
            'push_10cm', Motion((0, 0.10, 0), 0.2, event, 0.5), still=_outside(event, event + 0.8)
        ),
        Scenario(
            'turn_60deg', Motion((0, 0, 0), 1.05, event, 1.0), still=_outside(event, event + 1.3)
        ),
        Scenario('carried', Motion((0, 0.12, 0), 0, 0.3, 3.0), still=lambda t: t > 3.6),
        Scenario('half_hidden', cover=0.5, still=_outside(event, event + 1.8)),
        Scenario('hidden', cover=1.0, still=_outside(event, event + 1.8)),
    ]


@dataclass(frozen=True)
class _Pass(Motion):
    """A board that comes from the side, stays before the target for 1 s, and leaves."""

    def apply(self, pose: FloatArray, time_s: float) -> FloatArray:
        t = time_s - self.start_s
        share = np.clip(min(t / 0.3, (1.6 - t) / 0.3), 0.0, 1.0)
        moved = pose[:3, 3] + (1 - share) * np.asarray(self.displacement)
        return make_transform(pose[:3, :3], moved)


def shots(scenario: Scenario, target: str, camera: Camera, seed: int = 0) -> Iterator[Shot]:
    """Render a scenario frame by frame."""
    world = read_world(_WORLD)
    objects = tuple(
        replace(item, motion=scenario.motion) if item.name == target else item
        for item in world.objects
    )
    if scenario.cover:
        objects = (*objects, _board(world.object(target), scenario.cover))
    renderer = Renderer(
        replace(world, objects=objects), RenderSettings(shadows=False, occlusion=False)
    )
    noise, rng = DepthCameraModel(), np.random.default_rng(seed)
    for index in range(int(DURATION_S * RATE_HZ)):
        time_s = index / RATE_HZ
        pose = scenario.camera.camera2world(time_s)
        view = renderer.render(
            camera, pose, noise, seed=1000 * seed + index, time_s=time_s
        )  # fmt: skip
        color = view.frame.color + rng.normal(0, _COLOR_NOISE, view.frame.color.shape)
        frame = replace(view.frame, color=np.clip(color, 0, 255).astype(np.uint8))
        seen = view.mask(target)
        mask = RegionMask.from_full(seen) if seen.sum() > 50 else None
        yield Shot(frame, mask, view.clean_depth, view.object2world[target], pose)


def target_mesh(target: str) -> TriangleMesh:
    """The mesh of a target in its own frame."""
    mesh: TriangleMesh = read_world(_WORLD).object(target).mesh
    return mesh


def _board(target: SimObject, cover: float) -> SimObject:
    """A board between the camera and the target that hides a share of it, from one side."""
    low, high = target.world_vertices().min(axis=0), target.world_vertices().max(axis=0)
    middle = (low + high) / 2
    eye = np.asarray(_EYE)
    place = middle + 0.4 * (eye - middle)
    width = 0.20
    place[1] += (1 - cover) * width * 0.5
    place[2] -= 0.09
    sizes = {'size_x': 0.02, 'size_y': width, 'size_z': 0.18}
    pose = make_transform(np.eye(3), place)
    motion = _Pass((0.0, 0.6, 0.0), 0.0, EVENT_S, 1.6)
    return SimObject.from_shape(
        'box', (90, 90, 95), name='board', dimensions=sizes, pose=pose, motion=motion
    )
