"""What a camera that moves sees of a simulated world, image by image."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..arrays import FloatArray
from ..camera import Camera
from .depth_camera_model import DepthCameraModel
from .renderer import RenderedFrame, Renderer, RenderSettings
from .trajectory import Trajectory
from .world import World

# Time between two poses of a trajectory that are compared to see whether it moves, s. Chosen: no
# trajectory comes back to where it was so soon.
_LATER_S = 0.3


class SimulatedView:
    """Renders a world along a trajectory; the number of an image seeds its noise."""

    def __init__(
        self,
        world: World,
        camera: Camera,
        *,
        trajectory: Trajectory | None = None,
        noise: DepthCameraModel | None = None,
        seed: int = 0,
        settings: RenderSettings | None = None,
    ) -> None:
        """Prepare the world's meshes.

        Args:
            world: that is seen.
            camera: intrinsics.
            trajectory: of the camera; the world's own if left out.
            noise: of the depth; none leaves it exact.
            seed: of the noise of the first image.
            settings: how finely it is rendered.

        Raises:
            MissingDependencyError: embreex or trimesh is not installed.
        """
        self._renderer = Renderer(world, settings)
        self._camera = camera
        self._trajectory = trajectory or world.trajectory
        self._noise = noise
        self._seed = seed

    @property
    def is_still(self) -> bool:
        """Whether the trajectory does not move the camera."""
        start, later = (self._trajectory.camera2world(time_s) for time_s in (0.0, _LATER_S))
        return bool(np.array_equal(start, later))

    def move(self, poses: Mapping[str, FloatArray]) -> None:
        """Put objects into other poses (4x4, to world), by name.

        Raises:
            WorldError: there is no object of a name.
        """
        self._renderer.move(poses)

    def render(self, index: int, time_s: float) -> RenderedFrame:
        """The image of a number at a time, s.

        Raises:
            FrameError: the camera sees nothing at all.
        """
        pose = self._trajectory.camera2world(time_s)
        return self._renderer.render(
            self._camera, pose, self._noise, self._seed + index, time_s=time_s
        )
