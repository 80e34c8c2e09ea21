"""The mock robot whose hand closes on the objects of a simulated scene, by physics."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from sensor_msgs.msg import MultiDOFJointState

from ..arrays import FloatArray
from ..grasping.gripper import Gripper
from ..moveit.mock.robot import MockRobot
from ..moveit.mock.simulated_robot import SimulatedRobot as Robot
from ..ros.conversions.object_poses import object_poses_to_msg
from ..ros.node.qos import stream
from ..ros.node.run_node import run_node
from ..settings import setting
from ..simulation.physics.attempts import ATTEMPTS_FILE, Attempt
from ..simulation.physics.settings import PickSettings
from ..simulation.physics.solid_file import SOLIDS_FILE, read_solids
from ..simulation.physics.workplace import Workplace
from ..simulation.world import WORLD_FRAME
from ..simulation.world_file import read_world
from .mock_moveit import MockMoveIt, MockParameters

# Time between two messages of poses, s. From the snapshots of a pick: ten a second.
_PERIOD_S = 0.1


@dataclass(frozen=True)
class SimulatedRobotParameters(MockParameters):
    """The scene that the robot works in; an object_width is not used."""

    scene: str = setting(
        '',
        'Folder with world.yaml and solids.npz, as realvlg_ros.closed_loop writes it; it gets '
        'attempts.jsonl.',
        source=True,
    )
    lift_speed: float = setting(
        0.05, 'Speed of a retreat; slow enough for a tracker.', unit='m/s', low=0.005, high=1.0
    )
    pad_friction: float = setting(
        0.7, 'Friction of the pads; with less, objects slip.', unit='unitless', low=0.01, high=2.0
    )


class SimulatedRobot(MockMoveIt):
    """Carries out straight motions and grips by physics, and tells where the objects are."""

    parameter_type: ClassVar = SimulatedRobotParameters

    def __init__(self, **arguments: Any) -> None:
        """Make an unconfigured node."""
        super().__init__('simulated_robot', **arguments)

    def make_robot(
        self, frames: Sequence[str], parameters: MockParameters, gripper: Gripper
    ) -> MockRobot:
        """Read the scene.

        Args:
            frames: that poses may be in; those of the world's frame are understood.
            parameters: of this node.
            gripper: of its profile.
        """
        p: Any = parameters
        folder = Path(p.scene)
        world = read_world(folder / 'world.yaml')
        self._attempts = folder / ATTEMPTS_FILE
        self._told_at = 0.0
        self._poses = self.create_managed_publisher(
            MultiDOFJointState, 'object_poses', stream('reliable', 10)
        )
        workplace = Workplace(
            read_solids(folder / SOLIDS_FILE, world), world.table, gripper,
            PickSettings(lift_speed=p.lift_speed, pad_friction=p.pad_friction), self._tell,
            self._keep,
        )  # fmt: skip
        return Robot(frames, p.workspace, gripper, workplace)

    def _tell(self, poses: Mapping[str, FloatArray]) -> None:
        """Publish poses, no faster than the time that they are of."""
        time.sleep(max(0.0, self._told_at + _PERIOD_S - time.monotonic()))
        self._told_at = time.monotonic()
        self._poses.publish(object_poses_to_msg(poses, WORLD_FRAME))

    def _keep(self, attempt: Attempt) -> None:
        attempt.append_to(self._attempts)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM; returns the exit status."""
    return run_node(SimulatedRobot, args)


if __name__ == '__main__':
    sys.exit(main())
