"""How a pick is carried out and what the bodies are like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import WorldError


@dataclass(frozen=True)
class PickSettings:
    """Motions, stiffness and friction of a pick.

    Attributes:
        approach_speed: along the grasp's approach, m/s.
        lift: height by which the object is raised, m.
        lift_speed: m/s.
        shake_amplitude: of the shake, sideways in both directions, m; it grows and fades.
        shake_rate: Hz.
        shake_time: s.
        hold_time: how long the hand then stands still, s.
        grip_time: longest time from the first motion of the fingers to the lift, s.
        stiffness: of the arm at the hand, N/m.
        pad_friction: coefficient at the pads.
        friction: coefficient of everything else.
        pad_compliance: time constant of the pads' rubber, s.
        step: of time, s.
    """

    approach_speed: float = 0.1
    lift: float = 0.15
    lift_speed: float = 0.15
    shake_amplitude: float = 0.02
    shake_rate: float = 2.0
    shake_time: float = 2.0
    hold_time: float = 0.5
    grip_time: float = 1.5
    stiffness: float = 5000.0
    pad_friction: float = 0.7
    friction: float = 0.5
    pad_compliance: float = 0.006
    step: float = 0.002

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not (np.isfinite(value) and value > 0):
                raise WorldError(f'pick: {name} {value} must be a positive number')
