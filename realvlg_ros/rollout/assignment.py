"""Which robots run the new model: a share of them, the same each time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum

from ..errors import ParameterError


class Arm(Enum):
    """Which of the two models a robot runs."""

    OLD = 'old'
    NEW = 'new'


@dataclass(frozen=True)
class Assignment:
    """A share of all robots, by their ids alone.

    Attributes:
        name: of the rollout; another one takes other robots first.
        share: of the robots that run the new model, 0 to 1.
    """

    name: str = ''
    share: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ParameterError(f'share is {self.share}; expected 0 to 1')

    def arm(self, robot: str) -> Arm:
        """The model of a robot.

        A larger share keeps the robots of a smaller one.

        Raises:
            ParameterError: the id is empty.
        """
        if not robot.strip():
            raise ParameterError('a robot has no id; expected a text such as its serial number')
        digest = hashlib.sha256(f'{self.name}\n{robot}'.encode()).digest()
        place = int.from_bytes(digest[:8], 'big') / 2**64
        return Arm.NEW if place < self.share else Arm.OLD
