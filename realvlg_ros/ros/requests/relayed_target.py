"""Whether a target may be relayed: whatever sent it, a robot would move by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from rclpy.node import Node

from ...arrays import FloatArray
from ...errors import MessageError, ParameterError, RealvlgError
from ...grasping.gripper import Gripper
from ...message_limits import MAX_TRACKS
from ...msg import GraspCandidate, GraspTarget
from ...resources import gripper_file
from ...settings import setting
from ...transforms import invert, rotation_angle
from ..conversions import values
from ..conversions.grasp import target_from_msg
from ..conversions.pose import point_from_msg, pose_from_msg
from ..node.lifecycle import ManagedNodeParameters
from ..node.senders import Senders

_SAME_PROFILE = 'give this node the gripper of grasp_node, if that is another profile'
# By how much an opening may exceed the gripper's, and a pose be off, m and rad. Chosen: rounding
# is far less, and a millimetre does no harm.
_LENGTH_TOLERANCE = 1e-3
_ANGLE_TOLERANCE = 1e-2
# Farthest that a TCP is from the box around its object, m. Chosen: longer than fingers.
_FAR_FROM_OBJECT = 0.5
# Farthest that a contact is from the TCP, beside half the opening, m. Chosen: as above.
_FAR_FROM_TCP = 0.5
# How much farther the images may be than the time that passed, s. Chosen: a clock that plays a
# bag in haste keeps this; a stamp of another clock does not.
_STAMP_SLACK_S = 60.0


@dataclass(frozen=True)
class TargetTrust(ManagedNodeParameters):
    """Which targets may move the robot."""

    workspace_min: tuple[float, float, float] = setting(
        (-5.0, -5.0, -5.0),
        'Lower corner of the box that the TCPs of targets must lie in: x, y, z in the frame of '
        'the topic target.',
        unit='m', low=-1e5, high=1e5,
    )  # fmt: skip
    workspace_max: tuple[float, float, float] = setting(
        (5.0, 5.0, 5.0), 'Upper corner of that box.', unit='m', low=-1e5, high=1e5
    )
    target_node: str = setting(
        '',
        'Full name of the only node whose targets are taken, such as /realvlg/grasp_node; empty: '
        'of any, as long as one alone publishes them.',
        fixed=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if any(a >= b for a, b in zip(self.workspace_min, self.workspace_max, strict=True)):
            raise ParameterError(
                f'workspace_min {self.workspace_min} must be below workspace_max '
                f'{self.workspace_max} on every axis'
            )


class TargetCheck:
    """Checks the numbers of a target against the gripper and the workspace."""

    def __init__(self, gripper: str, low: tuple[float, ...], high: tuple[float, ...]) -> None:
        """Read the gripper's profile.

        Args:
            gripper: name or file of a profile; empty for the one that each target names.
            low: smallest x, y, z of a TCP in the frame of the target, m.
            high: largest ones.

        Raises:
            RealvlgError: the profile cannot be used.
        """
        self._given = Gripper.from_yaml(gripper_file(gripper)) if gripper else None
        self._known: dict[str, Gripper | None] = {}
        self._low, self._high = np.array(low), np.array(high)

    def refusal(self, target: GraspTarget) -> str:
        """Why a target must not be relayed, in words; empty where it may."""
        try:
            self._check(target)
        except RealvlgError as error:
            return str(error)
        return ''

    def _check(self, target: GraspTarget) -> None:
        thing = target_from_msg(target)
        if not thing.frame_id:
            raise MessageError('its header names no frame; fill frame_id')
        gripper = self._gripper(target.gripper)
        for grasp, candidate in zip(thing.grasps, target.grasps, strict=True):
            values.positive('covariance of a grasp', grasp.covariance)
            self._check_place(grasp.position, thing.frame_id)
            if thing.object_box is not None:
                far = np.linalg.norm(grasp.position - thing.object_box.box2frame[:3, 3])
                if not far <= np.linalg.norm(thing.object_box.size) / 2 + _FAR_FROM_OBJECT:
                    raise MessageError(f'a grasp is {far:.3g} m from the middle of its object')
            _check_directions(candidate, grasp.tcp2frame)
            if gripper is not None:
                _check_gripper(candidate, grasp.tcp2frame, gripper, target.parent_link)

    def _check_place(self, position: FloatArray, frame_id: str) -> None:
        if not np.all((self._low <= position) & (position <= self._high)):
            raise MessageError(
                f'a grasp is at {_shown(position)} m in {frame_id[:80]!r}, outside of the '
                f'workspace {_shown(self._low)} to {_shown(self._high)} m (workspace_min, '
                'workspace_max)'
            )

    def _gripper(self, name: str) -> Gripper | None:
        """The profile that a target must fit; None where only the sender knows it.

        Raises:
            MessageError: it is for another gripper than the given one.
        """
        if self._given is not None:
            if name != self._given.name:
                raise MessageError(
                    f'it is for the gripper {name[:80]!r}, and this node has gripper '
                    f'{self._given.name!r}: give grasp_node the same'
                )
            return self._given
        if name not in self._known:
            try:
                known = Gripper.from_yaml(gripper_file(name)) if name.isidentifier() else None
            except ParameterError:
                known = None
            if len(self._known) > MAX_TRACKS:
                self._known.clear()
            self._known[name] = known
        return self._known[name]


def _check_directions(candidate: GraspCandidate, tcp2frame: FloatArray) -> None:
    approach = values.vector('approach', point_from_msg(candidate.approach), unit=True)
    if np.linalg.norm(approach - tcp2frame[:3, 2]) > 2 * _ANGLE_TOLERANCE:
        raise MessageError('approach of a grasp is not the +z of its pose')
    reach = candidate.opening_width / 2 + _FAR_FROM_TCP
    for point in candidate.contact_points:
        if not np.linalg.norm(point_from_msg(point) - tcp2frame[:3, 3]) <= reach:
            raise MessageError('a contact of a grasp is far from its TCP')


def _check_gripper(
    candidate: GraspCandidate, tcp2frame: FloatArray, gripper: Gripper, link: str
) -> None:
    """Check one grasp against the gripper.

    Args:
        candidate: the grasp.
        tcp2frame: (4, 4) its pose.
        gripper: that it must be for.
        link: of the robot, whose pose is given beside.

    Raises:
        RealvlgError: the gripper cannot open so, or the pose of the link is not that of the TCP.
    """
    low, high = gripper.min_opening, gripper.max_opening
    if not low - _LENGTH_TOLERANCE <= candidate.opening_width <= high + _LENGTH_TOLERANCE:
        raise MessageError(
            f'a grasp opens {candidate.opening_width:.4g} m, and {gripper.name} opens {low:g} to '
            f'{high:g} m; {_SAME_PROFILE}'
        )
    tcp2link = invert(pose_from_msg(candidate.parent_link_pose)) @ tcp2frame
    off = invert(gripper.tcp_in(link)) @ tcp2link
    length, angle = float(np.linalg.norm(off[:3, 3])), rotation_angle(off)
    if not (length <= _LENGTH_TOLERANCE and angle <= _ANGLE_TOLERANCE):
        raise MessageError(
            f'parent_link_pose of a grasp is {length:.3g} m and {angle:.3g} rad away from where '
            f'{link[:80]!r} is by the profile of {gripper.name}; {_SAME_PROFILE}'
        )


def stamp_fault(stamp_ns: int, grounded_ns: int, passed_s: float) -> str:
    """Why the stamp of a target cannot be, in words; empty where it can.

    Stamps are compared with each other only: the clock of a camera may differ from that of a node.

    Args:
        stamp_ns: of the target, ns.
        grounded_ns: of the image that was grounded, ns.
        passed_s: since the grounding was asked for, s.
    """
    later = (stamp_ns - grounded_ns) * 1e-9
    if later < 0:
        return f'its stamp is {-later:.3g} s before the image that was grounded'
    if later > passed_s + _STAMP_SLACK_S:
        return (
            f'its stamp is {later:.4g} s after the image that was grounded, which was asked for '
            f'{passed_s:.1f} s ago: it is of another clock'
        )
    return ''


class SenderCheck:
    """Whether targets come from one node, and which."""

    def __init__(self, senders: Senders, trusted: str) -> None:
        """Watch the publishers of the targets.

        Args:
            senders: of the topic.
            trusted: full name of the only node whose targets are relayed; empty for any one.
        """
        self._senders = senders
        self._trusted = trusted

    def accepts(self, info: Mapping[str, Any]) -> bool:
        """Whether a message may be looked at: not where it is told that another node sent it.

        Args:
            info: what rclpy says of the message.
        """
        sender = self._senders.of(info) if self._trusted else ''
        return sender in ('', self._trusted)

    def name(self) -> str:
        """Full name of the node that publishes the targets."""
        return ', '.join(dict.fromkeys(self._senders.names())) or 'an unknown node'

    def doubt(self) -> str:
        """Why it is not known which node a target came from, in words; empty where it is."""
        names = list(dict.fromkeys(self._senders.names()))
        if self._trusted and names and self._trusted not in names:
            return f'{names[0]} sent it, and target_node is {self._trusted!r}'
        if len(names) > 1:
            return (
                f'{" and ".join(names[:8])} publish {self._senders.topic}, and the middleware '
                'does not tell which of them sent it: stop all but one'
            )
        return ''


class TargetGuard:
    """Checks of the topic target: sender, numbers, gripper and workspace."""

    def __init__(self, node: Node, trust: TargetTrust, gripper: str) -> None:
        """Read the gripper's profile.

        Args:
            node: reads the topic.
            trust: which targets may be taken.
            gripper: profile that they must fit; empty for the one that each names.

        Raises:
            RealvlgError: the profile cannot be used.
        """
        self._numbers = TargetCheck(gripper, trust.workspace_min, trust.workspace_max)
        self._senders = SenderCheck(Senders(node, 'target'), trust.target_node)
        self.accepts = self._senders.accepts
        self.sender = self._senders.name

    def refusal(self, target: GraspTarget) -> str:
        """Why a robot must not move by a target, in words; empty where it may.

        A lost one moves nothing.
        """
        if target.state == GraspTarget.LOST:
            return ''
        return self._senders.doubt() or self._numbers.refusal(target)


def _shown(point: FloatArray) -> str:
    return '[' + ', '.join(f'{value:.4g}' for value in point) + ']'
