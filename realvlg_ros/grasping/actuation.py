"""How a gripper is moved: its joints, and how far they are at an opening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from ..errors import GripperError
from ..fields import Fields
from ..quoting import quoted


@dataclass(frozen=True)
class Actuation:
    """The joints of a gripper, and what motion planners need to close it.

    Attributes:
        openings: increasing distances of the contact faces, m; the first is closed.
        joints: positions of each joint at these openings, by its name in the URDF; m for a joint
            that slides and rad for one that turns. Between them they are interpolated.
        closing_force: of the fingers on an object, N.
        closing_speed: of the opening while it closes on an object, m/s.
        touch_links: links of the URDF that may touch an object that is held.
    """

    openings: tuple[float, ...]
    joints: dict[str, tuple[float, ...]]
    closing_force: float
    closing_speed: float
    touch_links: tuple[str, ...]

    def __post_init__(self) -> None:
        finite = all(np.isfinite(self.openings))
        if len(self.openings) < 2 or not finite or not all(np.diff(self.openings) > 0):
            raise GripperError(
                f'openings {list(self.openings)} m must be two or more increasing finite numbers'
            )
        if not self.joints:
            raise GripperError('joints must name at least one joint')
        for name, positions in self.joints.items():
            if len(positions) != len(self.openings) or not np.all(np.isfinite(positions)):
                raise GripperError(
                    f'joint {quoted(name)} has {len(positions)} positions '
                    f'{quoted(list(positions))}; expected a '
                    f'finite one for each of {len(self.openings)} openings'
                )
            steps = np.diff(positions)
            if not (all(steps > 0) or all(steps < 0)):
                raise GripperError(
                    f'positions {quoted(list(positions))} of joint {quoted(name)} turn back: '
                    'one position would '
                    'be of two openings'
                )
        for what in ('closing_force', 'closing_speed'):
            if not 0 < getattr(self, what) < np.inf:
                raise GripperError(f'{what} is {getattr(self, what)}; it must be above 0')

    @classmethod
    def from_fields(cls, values: Fields) -> Actuation:
        """Read the key `actuation` of a gripper profile.

        Raises:
            GripperError: a key is missing, unknown or invalid.
        """
        values.check_keys(sorted(item.name for item in fields(cls)))
        joints = values.block('joints')
        return cls(
            openings=values.numbers('openings'),
            joints={name: joints.numbers(name) for name in joints},
            closing_force=values.number('closing_force'),
            closing_speed=values.number('closing_speed'),
            touch_links=values.texts('touch_links'),
        )

    def posture(self, opening: float) -> dict[str, float]:
        """Positions of the joints, m or rad, by name.

        Args:
            opening: distance of the contact faces, m.

        Raises:
            GripperError: the gripper does not open so far, or not close so far.
        """
        low, high = self.openings[0], self.openings[-1]
        if not low - 1e-6 <= opening <= high + 1e-6:
            raise GripperError(
                f'opening {1000 * opening:.1f} mm is outside of {1000 * low:.1f} to '
                f'{1000 * high:.1f} mm'
            )
        return {
            name: float(np.interp(opening, self.openings, positions))
            for name, positions in self.joints.items()
        }

    def opening(self, positions: Mapping[str, float]) -> float:
        """The opening at which the joints are nearest to positions, m.

        Args:
            positions: m or rad, by name; other joints in it are ignored.

        Raises:
            GripperError: none of the gripper's joints is in it.
        """
        found = [name for name in self.joints if name in positions]
        if not found:
            raise GripperError(
                f'no position of {", ".join(self.joints)} among {", ".join(positions) or "none"}'
            )
        values = []
        for name in found:
            at, openings = np.array(self.joints[name]), np.array(self.openings)
            order = np.argsort(at)
            values.append(np.interp(positions[name], at[order], openings[order]))
        return float(np.mean(values))
