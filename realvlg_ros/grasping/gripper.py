"""The shape of a parallel gripper, read from a YAML profile."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from ..arrays import FloatArray
from ..boundary import Boundary
from ..documents import read_yaml
from ..errors import GripperError
from ..fields import Fields
from ..quoting import quoted
from ..transforms import from_quaternion
from .actuation import Actuation

_LENGTHS = (
    'min_opening', 'max_opening', 'finger_length', 'finger_thickness', 'finger_width',
    'fingertip_depth',
)  # fmt: skip


@dataclass(frozen=True)
class Gripper:
    """A parallel gripper as boxes in its TCP frame (see Grasp), all lengths in m.

    Each finger is a box finger_thickness along y (outward from the contact face),
    finger_width along x and finger_length along -z from the fingertip; the palm is a box
    behind the fingers.

    Attributes:
        name: product name.
        min_opening: smallest distance between the contact faces.
        max_opening: largest distance between the contact faces.
        finger_length: from the fingertip back to the palm.
        finger_thickness: along the opening axis.
        finger_width: across the opening axis.
        fingertip_depth: largest distance that the fingertips may reach past the contact.
        palm_size: (3,) extent of the palm along x, y, z.
        tcp2parent_link: 4x4 pose of the TCP in the end effector's parent link.
        parent_link: name of that link in the gripper's own URDF.
        urdf: source of that URDF.
        other_links: 4x4 poses of the TCP in further links that a motion planner may move.
        actuation: its joints; None where the profile does not tell them.
    """

    name: str
    min_opening: float
    max_opening: float
    finger_length: float
    finger_thickness: float
    finger_width: float
    fingertip_depth: float
    palm_size: tuple[float, float, float]
    tcp2parent_link: FloatArray
    parent_link: str
    urdf: str
    other_links: dict[str, FloatArray] = field(default_factory=dict)
    actuation: Actuation | None = None

    def __post_init__(self) -> None:
        lengths = (
            self.max_opening, self.finger_length, self.finger_thickness,
            self.finger_width, self.fingertip_depth, *self.palm_size,
        )  # fmt: skip
        if not all(np.isfinite(v) and v > 0 for v in lengths):
            raise GripperError(
                f'gripper {quoted(self.name)}: lengths {lengths} m must be positive'
            )
        if not 0 <= self.min_opening < self.max_opening:
            raise GripperError(
                f'gripper {quoted(self.name)}: min_opening {self.min_opening} m must be at '
                'least 0 and '
                f'less than max_opening {self.max_opening} m'
            )

        moved = self.actuation
        if moved and not (
            moved.openings[0] <= self.min_opening and self.max_opening <= moved.openings[-1]
        ):
            raise GripperError(
                f'gripper {quoted(self.name)}: its joints are told for openings of '
                f'{moved.openings[0]} '
                f'to {moved.openings[-1]} m, and it opens from {self.min_opening} to '
                f'{self.max_opening} m'
            )

    @classmethod
    def from_yaml(cls, path: Path) -> Gripper:
        """Read a profile of config/grippers.

        Raises:
            GripperError: the file is missing, or a key is missing, unknown or invalid.
        """
        boundary = Boundary(f'gripper profile {path}', GripperError)
        values = Fields(read_yaml(path, boundary), boundary)
        optional = ('other_links', 'actuation')
        values.check_keys([f.name for f in fields(cls) if f.name not in optional], optional)
        links = values.block('other_links') if 'other_links' in values else Fields({}, boundary)
        moved = values.block('actuation') if 'actuation' in values else None
        with boundary.guard():
            plain: dict[str, Any] = {key: values.number(key) for key in _LENGTHS}
            plain |= {key: values.text(key) for key in ('name', 'parent_link', 'urdf')}
            return cls(
                **plain,
                palm_size=_three(values.numbers('palm_size', 3)),
                tcp2parent_link=_pose(values.block('tcp2parent_link')),
                other_links={link: _pose(links.block(link)) for link in links},
                actuation=None if moved is None else Actuation.from_fields(moved),
            )

    def tcp_in(self, link: str = '') -> FloatArray:
        """Pose (4x4) of the TCP in a link of the robot.

        Args:
            link: parent_link or one of other_links; empty: parent_link.

        Raises:
            GripperError: the profile does not say where the TCP is in that link.
        """
        links = {self.parent_link: self.tcp2parent_link} | self.other_links
        if (link or self.parent_link) not in links:
            raise GripperError(
                f'gripper {quoted(self.name)} does not say where its TCP is in the link '
                f'{quoted(link)}; it '
                f'knows {", ".join(links)}: add the link to other_links of the profile'
            )
        return links[link or self.parent_link]

    def boxes(self, opening: float) -> FloatArray:
        """The gripper at an opening: (3, 2, 3) lower and upper corners in the TCP frame, m.

        First the finger at -y, then the finger at +y, then the palm behind them.

        Args:
            opening: distance between the contact faces, m.
        """
        half = opening / 2
        outer = half + self.finger_thickness
        x, z = self.finger_width / 2, -self.finger_length
        px, py, pz = (v / 2 for v in self.palm_size)
        return np.array(
            [
                [[-x, -outer, z], [x, -half, 0.0]],
                [[-x, half, z], [x, outer, 0.0]],
                [[-px, -py, z - 2 * pz], [px, py, z]],
            ]
        )


def _pose(values: Fields) -> FloatArray:
    """The 4x4 pose of a mapping with position_m and quaternion_xyzw."""
    values.check_keys(('position_m', 'quaternion_xyzw'))
    return from_quaternion(values.numbers('position_m', 3), values.numbers('quaternion_xyzw', 4))


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    x, y, z = values
    return x, y, z
