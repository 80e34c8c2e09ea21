"""Time limits and attempts of a request to plan grasps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PlanLimits:
    """Time limits of a request, and the number of attempts.

    Attributes:
        timeout: for the whole request, s.
        grounder_silence: time without feedback after which the grounder counts as gone, s.
        target_silence: time without a target after which the object is grounded again, s.
        retry_period: shortest time between two groundings, s.
        ground_attempts: number of failed groundings in a row after which the request fails.
        tf_timeout: longest wait for a transform that tf does not give, s.
    """

    timeout: float
    grounder_silence: float
    target_silence: float
    retry_period: float
    ground_attempts: int
    tf_timeout: float = 5.0

    @classmethod
    def of_parameters(cls, parameters: Any, timeout: float = 0.0) -> PlanLimits:
        """The limits of a goal.

        Args:
            parameters: of grasp_server.
            timeout: of the goal, s; 0 for the default.
        """
        p = parameters
        return cls(
            timeout=timeout or p.default_timeout,
            grounder_silence=p.grounder_silence,
            target_silence=p.target_silence,
            retry_period=p.retry_period,
            ground_attempts=p.ground_attempts,
            tf_timeout=p.tf_timeout,
        )
