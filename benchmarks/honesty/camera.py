"""A depth camera that looks at a world and sends shots of it."""

from __future__ import annotations

import numpy as np

from benchmarks.honesty.scenes import CAMERA, renderer
from benchmarks.honesty.shots import MILLIMETRES, Shot
from realvlg_ros.arrays import FloatArray
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.world import World

# Frames a second. Chosen: half of what cameras give, for time.
RATE_HZ = 15
# Standard deviation of colour, of 255. Chosen: a camera by daylight.
_COLOR_NOISE = 2.0


class ShotCamera:
    """Renders worlds, each with its own renderer, and adds the noise of a D435."""

    def __init__(self, seed: int) -> None:
        """Draw the noise of the colours.

        Args:
            seed: of all noise.
        """
        self._seed = seed
        self._rng = np.random.default_rng(seed)
        noise = self._rng.normal(0, _COLOR_NOISE, (CAMERA.height, CAMERA.width, 3))
        self._noise = noise.astype(np.int16)
        self._renderers: dict[int, Renderer] = {}
        self._worlds: list[World] = []

    def shoot(self, world: World, camera2world: FloatArray, index: int) -> Shot:
        """One image pair with the noise of its index, stamped 0, with the camera's pose.

        Args:
            world: to look at; it is kept.
            camera2world: 4x4 pose of the optical frame.
            index: of the frame.
        """
        if id(world) not in self._renderers:
            self._worlds.append(world)
            self._renderers[id(world)] = renderer(world)
        view = self._renderers[id(world)].render(
            CAMERA, camera2world, DepthCameraModel(), 1000 * self._seed + index
        )
        noise = np.roll(self._noise, self._rng.integers(0, CAMERA.height, 2), axis=(0, 1))
        color = np.clip(view.frame.color + noise, 0, 255).astype(np.uint8)
        depth = np.rint(view.frame.depth * MILLIMETRES).astype(np.uint16)
        return Shot(color, depth, CAMERA, 0, camera2world, view)
