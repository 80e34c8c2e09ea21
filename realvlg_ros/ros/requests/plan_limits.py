"""Time limits and attempts of a request to plan grasps."""

from dataclasses import dataclass


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
