"""Publishes rendered RGB-D images of a simulated tabletop."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from sensor_msgs.msg import MultiDOFJointState

from ..errors import RealvlgError
from ..frame import RgbdFrame
from ..resources import world_file
from ..ros.camera.camera_source import CameraSource, CameraSourceParameters
from ..ros.conversions.object_poses import object_poses_from_msg
from ..ros.node.qos import stream
from ..ros.node.source_node import run_source
from ..settings import setting
from ..simulation.depth_camera_model import DepthCameraModel
from ..simulation.renderer import RenderSettings
from ..simulation.simulated_view import SimulatedView
from ..simulation.trajectory import LinearSweep, Orbit, StaticView, Trajectory, d435_camera
from ..simulation.world_file import read_world

_TRAJECTORIES: dict[str, type[Trajectory]] = {
    'static': StaticView,
    'orbit': Orbit,
    'sweep': LinearSweep,
}


@dataclass(frozen=True)
class SimulatedCameraParameters(CameraSourceParameters):
    """The simulated world and the camera that observes it."""

    world: str = setting(
        'worlds/tabletop.yaml',
        'World: a YAML file of config/, or a path.',
        source=True,
    )
    trajectory: str = setting(
        'world',
        "Path of the camera: the world's own, or one with default figures.",
        choices=('world', *_TRAJECTORIES),
    )
    width: int = setting(640, 'Width of the images.', unit='columns', low=16, high=4096)
    height: int = setting(480, 'Height of the images.', unit='rows', low=16, high=4096)
    fast: bool = setting(
        False, 'Leave out shadows and smooth edges, for a higher rate while something moves.'
    )
    noise: bool = setting(True, 'Whether the depth is as noisy as depth_noise says.')
    seed: int = setting(0, 'Seed of the noise.', unit='unitless', low=0, high=2**31)
    depth_noise: DepthCameraModel = field(default_factory=DepthCameraModel)


class SimulatedCamera(CameraSource):
    """A camera in a simulated world; while nothing moves, only noise is computed for a frame.

    Objects stand where the topic object_poses has put them last.
    """

    parameter_type: ClassVar = SimulatedCameraParameters

    def __init__(self, **arguments: Any) -> None:
        """Read the world and start publishing."""
        super().__init__('simulated_camera', **arguments)

    def prepare(self) -> None:
        """Read the world and prepare its meshes."""
        parameters: SimulatedCameraParameters = self.parameters
        world = read_world(world_file(parameters.world))
        camera = d435_camera(parameters.width, parameters.height)
        if parameters.frame_id:
            camera = replace(camera, frame_id=parameters.frame_id)
        other = _TRAJECTORIES.get(parameters.trajectory)
        self._view = SimulatedView(
            world,
            camera,
            trajectory=None if other is None else other(),
            noise=parameters.depth_noise if parameters.noise else None,
            seed=parameters.seed,
            settings=RenderSettings.fast() if parameters.fast else None,
        )
        self.create_subscription(
            MultiDOFJointState, 'object_poses', self._on_poses, stream('reliable', 10)
        )
        names = ', '.join(item.label for item in world.objects)
        self.get_logger().info(f'world {world.name}: {names or "no objects"}')

    def _on_poses(self, message: MultiDOFJointState) -> None:
        try:
            self._view.move(object_poses_from_msg(message))
        except RealvlgError as error:
            self.get_logger().error(f'object_poses: {error}', throttle_duration_sec=5.0)

    def make_frame(self, index: int, time_s: float) -> RgbdFrame | None:
        """The frame at a time, s; the index seeds its noise."""
        return self._view.render(index, time_s).frame

    def pose_is_static(self) -> bool:
        """Whether the trajectory does not move the camera."""
        return self._view.is_still


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_source(SimulatedCamera, args)


if __name__ == '__main__':
    sys.exit(main())
