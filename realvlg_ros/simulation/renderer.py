"""Render a world as an RGB-D camera sees it, with true ids, depth and poses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..arrays import BoolArray, ByteArray, Float32Array, FloatArray, IndexArray, Int32Array
from ..camera import Camera
from ..errors import FrameError
from ..frame import RgbdFrame
from ..transforms import invert
from .shading import edges, lamp_visibility, openness, pixel_phase, shade, smooth_within, to_bytes
from .stage import Stage, Surface
from .world import WORLD_FRAME, World

if TYPE_CHECKING:
    from .depth_camera_model import DepthCameraModel, DepthSampler

# Four places in a pixel on a rotated grid, px. From rotated-grid supersampling.
_SUBPIXELS = np.array([[-0.125, -0.375], [0.375, -0.125], [0.125, 0.375], [-0.375, 0.125]])


@dataclass(frozen=True, eq=False)
class RenderedFrame:
    """A frame and the truth about it.

    Attributes:
        frame: colour and depth as the camera gives them, with noise if asked for.
        instance_ids: (height, width) int32, i + 1 on the world's objects[i], 0 elsewhere;
            read-only.
        clean_depth: (height, width) float32, m along z without noise, 0 where nothing is met;
            read-only.
        object2world: 4x4 pose of each object by name.
        camera2world: 4x4 pose of the optical frame.
    """

    frame: RgbdFrame
    instance_ids: Int32Array
    clean_depth: Float32Array
    object2world: dict[str, FloatArray]
    camera2world: FloatArray

    def mask(self, name: str) -> BoolArray:
        """(height, width) True where the object of a name is seen."""
        return self.instance_ids == list(self.object2world).index(name) + 1

    def object2camera(self, name: str) -> FloatArray:
        """The 4x4 pose of an object in the optical frame."""
        return invert(self.camera2world) @ self.object2world[name]


@dataclass(frozen=True)
class RenderSettings:
    """What may be left out to save time; depth and ids are the same either way.

    Attributes:
        antialias: sample edges finer.
        shadows: cast the lamp's shadows.
        occlusion: darken corners (ambient occlusion).
    """

    antialias: bool = True
    shadows: bool = True
    occlusion: bool = True

    @classmethod
    def fast(cls) -> RenderSettings:
        """Everything left out: half the time."""
        return cls(antialias=False, shadows=False, occlusion=False)


@dataclass(frozen=True, eq=False)
class _CleanView:
    """A view without noise, kept while nothing moves."""

    camera: Camera
    camera2world: FloatArray
    poses: dict[str, FloatArray]
    color: ByteArray
    depth: Float32Array
    instance_ids: Int32Array

    def shows(
        self, camera: Camera, camera2world: FloatArray, poses: dict[str, FloatArray]
    ) -> bool:
        return (
            camera == self.camera
            and np.array_equal(camera2world, self.camera2world)
            and all(np.array_equal(poses[name], self.poses[name]) for name in poses)
        )


class Renderer:
    """Casts rays into one world; a view in which nothing moved is reused."""

    def __init__(self, world: World, settings: RenderSettings | None = None) -> None:
        """Prepare the world's meshes.

        Raises:
            MissingDependencyError: embreex or trimesh is not installed.
        """
        self.world = world
        self._settings = settings or RenderSettings()
        self._stage = Stage(world)
        self._view: _CleanView | None = None
        self._sampler: DepthSampler | None = None

    def move(self, poses: Mapping[str, FloatArray]) -> None:
        """Put objects into other poses (4x4, to world), by name.

        Raises:
            WorldError: there is no object of a name.
        """
        self.world = self.world.moved(poses)

    def render(
        self,
        camera: Camera,
        camera2world: FloatArray,
        noise: DepthCameraModel | None = None,
        seed: int = 0,
        *,
        time_s: float = 0.0,
        stamp_ns: int | None = None,
    ) -> RenderedFrame:
        """Render the world at a time.

        Args:
            camera: intrinsics; distortion is rendered.
            camera2world: 4x4 pose of the optical frame.
            noise: of the depth; none leaves it exact.
            seed: of the noise; equal seeds give equal frames.
            time_s: moves what moves in the world.
            stamp_ns: of the frame; time_s if left out.

        Raises:
            FrameError: the camera sees nothing at all.
        """
        world = self.world.at(time_s)
        poses = {item.name: item.pose for item in world.objects}
        view = self._view
        if view is None or not view.shows(camera, camera2world, poses):
            view = self._render_clean(camera, camera2world, poses)
            self._view, self._sampler = view, None
        depth = view.depth.copy()
        if noise is not None:
            if self._sampler is None or self._sampler.noise != noise:
                self._sampler = noise.prepare(view.depth, camera, view.color)
            depth = self._sampler.sample(seed)
        stamp_ns = round(time_s * 1e9) if stamp_ns is None else stamp_ns
        if not depth.any():
            raise FrameError(
                f'the camera at {camera2world[:3, 3]} m sees nothing within its range; '
                'move it or turn it toward the table'
            )
        # Not from_arrays: the depth is sound by construction, and a stream has no time to spare.
        color = view.color.copy()
        frame = RgbdFrame(color, depth, camera, stamp_ns, camera2world, WORLD_FRAME)
        return RenderedFrame(frame, view.instance_ids, view.depth, poses, camera2world)

    def _render_clean(
        self, camera: Camera, camera2world: FloatArray, poses: dict[str, FloatArray]
    ) -> _CleanView:
        self._stage.set_poses(list(poses.values()))
        shape = camera.height, camera.width
        directions = _world_rays(camera.rays, camera2world)
        origins = np.broadcast_to(np.float32(camera2world[:3, 3]), directions.shape).copy()
        surface = self._stage.surface(origins, directions)
        body = surface.hits.body.reshape(shape)
        visible, opened = self._light(surface, body)
        color = shade(surface, self.world.light, directions, visible, opened)
        if self._settings.antialias:
            rough = np.flatnonzero(
                edges(body, color.reshape(*shape, 3), surface.glossy.reshape(shape))
            )
            if rough.size:
                light = visible[rough], opened[rough]
                color[rough] = self._sample_finely(camera, camera2world, rough, *light)
        distance = surface.hits.distance.reshape(shape)
        depth = np.where(np.isfinite(distance), distance, np.float32(0))
        instance_ids = self._stage.instance_ids(body)
        for shared in (depth, instance_ids):
            shared.setflags(write=False)
        image = to_bytes(color).reshape(*shape, 3)
        return _CleanView(camera, camera2world.copy(), poses, image, depth, instance_ids)

    def _light(self, surface: Surface, body: Int32Array) -> tuple[Float32Array, Float32Array]:
        """Visibility of the lamp and openness, smoothed over an image of bodies."""
        phase = pixel_phase(*body.shape).ravel()
        shadowed, beside = self._stage.near_objects(surface)
        stage, light = self._stage, self.world.light
        visible, opened = np.ones((2, phase.size), np.float32)
        if self._settings.shadows:
            due = shadowed[phase[shadowed] >= 0]
            visible[due] = lamp_visibility(stage, surface, light, due, phase)
            visible = self._smooth(visible, shadowed, phase, body)
        if self._settings.occlusion:
            due = beside[phase[beside] >= 0]
            opened[due] = openness(stage, surface, due, phase)
            opened = self._smooth(opened, beside, phase, body)
        return visible, opened

    @staticmethod
    def _smooth(
        values: Float32Array, asked: IndexArray, phase: Int32Array, body: Int32Array
    ) -> Float32Array:
        """Fill in the points asked about that were not looked at, and even out the others."""
        known = np.ones(phase.size, bool)
        known[asked] = phase[asked] >= 0
        shape = body.shape
        return smooth_within(values.reshape(shape), known.reshape(shape), body).ravel()

    def _sample_finely(
        self,
        camera: Camera,
        camera2world: FloatArray,
        pixels: IndexArray,
        visible: Float32Array,
        opened: Float32Array,
    ) -> Float32Array:
        """(N, 3) mean colour of four rays through each of N pixels, lit like its middle."""
        places = np.stack([pixels % camera.width, pixels // camera.width], axis=1)
        rays = camera.normalize(places[:, None] + _SUBPIXELS)
        directions = _world_rays(rays, camera2world)
        origins = np.broadcast_to(np.float32(camera2world[:3, 3]), directions.shape).copy()
        surface = self._stage.surface(origins, directions)
        light = np.repeat(visible, 4), np.repeat(opened, 4)
        color = shade(surface, self.world.light, directions, *light)
        mean: Float32Array = color.reshape(-1, 4, 3).mean(axis=1)
        return mean


def _world_rays(rays: FloatArray, camera2world: FloatArray) -> Float32Array:
    """(N, 3) directions in the world, of unit depth along the optical axis."""
    flat = rays.reshape(-1, 2)
    rotation = camera2world[:3, :3]
    return (flat @ rotation[:, :2].T + rotation[:, 2]).astype(np.float32)
