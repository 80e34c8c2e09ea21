"""Grasps that other planners publish, as they wait for the next plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import PoseArray

from ..errors import RealvlgError
from ..grasping.proposal_box import ProposalBatch, ProposalBox
from ..msg import GraspTarget
from ..settings import Settings, dynamic_setting, setting
from .conversions.proposals import proposals_of_poses, proposals_of_target
from .node.diagnostics import Report
from .node.entity_node import EntityNode
from .node.qos import stream
from .tf.pose_parameter import pose_from_parameter


@dataclass(frozen=True)
class ProposalParameters(Settings):
    """Grasps of other planners, which pass the same checks as the planner's own."""

    take: bool = setting(
        False,
        'Listen to grasp_poses (geometry_msgs/PoseArray, best first) and grasp_proposals '
        '(GraspTarget, with scores).',
        fixed=True,
    )
    name: str = setting('planner', 'Name of who publishes grasp_poses; source says it.')
    tcp_pose: tuple[float, ...] = setting(
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        "Pose of this package's TCP in the planner's grasp frame: x, y, z in m, then roll, pitch, "
        'yaw in rad or a quaternion x, y, z, w.',
        unit='m', low=-10.0, high=10.0, sizes=(6, 7),
    )  # fmt: skip
    max_age: float = dynamic_setting(
        2.0,
        'Proposals for an image that is so much older or newer than the one that is planned in '
        'are not looked at.',
        unit='s', low=0.0, high=60.0,
    )  # fmt: skip


class ProposalInput:
    """Listens to other planners, and keeps the newest grasps of each."""

    def __init__(self, node: EntityNode, parameters: ProposalParameters) -> None:
        """Make the box; nothing is subscribed to before `start`.

        Args:
            node: whose topics they are.
            parameters: whether and how they are taken.

        Raises:
            ParameterError: tcp_pose is no pose.
        """
        self._node, self._parameters = node, parameters
        self._tcp2planner = pose_from_parameter('proposals.tcp_pose', parameters.tcp_pose)
        self.box = ProposalBox(parameters.max_age) if parameters.take else None
        self._received = self._refused = 0

    def start(self) -> None:
        """Subscribe, where proposals are taken."""
        if self.box is None:
            return
        qos = stream('reliable', 1)
        for message, topic, take in (
            (PoseArray, 'grasp_poses', self._take_poses),
            (GraspTarget, 'grasp_proposals', self._take_target),
        ):
            self._node.create_managed_subscription(message, topic, take, qos)

    def use(self, parameters: ProposalParameters) -> None:
        """Take the age of the current settings."""
        if self.box is not None:
            self.box.max_age_s = parameters.max_age

    def clear(self) -> None:
        """Forget what has come, as after a jump of the clock."""
        if self.box is not None:
            self.box.clear()

    def report(self) -> list[Report]:
        """Counts for the diagnostics; none where proposals are not taken."""
        if self.box is None:
            return []
        counts = {'received': self._received, 'refused': self._refused}
        return [Report('proposals', values=counts)]

    def _take_poses(self, message: PoseArray) -> None:
        name = self._parameters.name
        self._take(lambda: [proposals_of_poses(message, name, self._tcp2planner)])

    def _take_target(self, message: GraspTarget) -> None:
        self._take(lambda: proposals_of_target(message, self._tcp2planner))

    def _take(self, read: Any) -> None:
        assert self.box is not None
        try:
            batches: list[ProposalBatch] = read()
        except RealvlgError as error:
            self._refused += 1
            self._node.warn('proposed grasps', f'grasps of another planner are refused: {error}')
            return
        self._node.warn('proposed grasps', '')
        for batch in batches:
            self._received += len(batch.grasps)
            self.box.put(batch)
