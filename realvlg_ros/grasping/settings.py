"""What a user may set of the planner."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import ParameterError

GRASP_SOURCES = ('geometry', 'model', 'both')


@dataclass(frozen=True)
class PlannerSettings:
    """Limits and weights of grasp planning.

    Attributes:
        grasp_source: 'geometry' searches the depth, 'model' lifts the grounder's rectangles and
            contacts, 'both' does both and ranks them together.
        max_grasps: how many grasps are found at most.
        max_candidates: how many candidates are checked for collision.
        friction: coefficient between finger and object; sets the antipodal cone.
        finger_clearance: gap on each side between open finger and object, m.
        min_finger_clearance: smallest gap that is accepted where the opening is limited, m.
        table_clearance: smallest distance of the fingertips from the support, m.
        obstacle_clearance: smallest distance of the gripper from other things, m.
        obstacle_thickness: how far at most other things are taken to reach behind their visible
            surface, horizontally, m. One view shows no back: things are taken to be as deep as
            they look wide, but what looks wider than a hand can hold may be a wall or a flat box,
            and blocking all that it hides would leave no grasp behind it. What lies farther
            behind is unseen, not known to be occupied, and counts in max_unobserved.
        min_overlap: how far fingertips must at least reach past the contact, m.
        min_opening, max_opening: limits on the opening, m, inside the gripper's own.
        approach_cone: largest angle of the approach from the direction into the support, rad.
        side_grasp_height: objects at least this tall are also grasped from the side, m.
        max_unobserved: largest share of the fingers that may lie in space the camera cannot see.
        standoff: distance of the pre-grasp pose back along the approach, m.
        retreat_distance: length of the motion after grasping, m.
        workspace_min, workspace_max: corners of the box that TCPs must lie in, m, in the camera's
            optical frame.
        prior_weight: how much a model's rectangle or contacts pull the ranking, 0 to 1.
        min_quality: grasps below it are not returned.
        min_support_ratio: share of pixels that must have good depth for a rectangle to be lifted.
    """

    grasp_source: str = 'both'
    max_grasps: int = 10
    max_candidates: int = 200
    friction: float = 0.4
    finger_clearance: float = 0.008
    min_finger_clearance: float = 0.003
    table_clearance: float = 0.004
    obstacle_clearance: float = 0.004
    obstacle_thickness: float = 0.08
    min_overlap: float = 0.003
    min_opening: float = 0.0
    max_opening: float = math.inf
    approach_cone: float = math.radians(100)
    side_grasp_height: float = 0.06
    max_unobserved: float = 0.6
    standoff: float = 0.10
    retreat_distance: float = 0.10
    workspace_min: tuple[float, float, float] = (-math.inf, -math.inf, 0.0)
    workspace_max: tuple[float, float, float] = (math.inf, math.inf, math.inf)
    prior_weight: float = 0.3
    min_quality: float = 0.05
    min_support_ratio: float = 0.4

    def __post_init__(self) -> None:
        if self.grasp_source not in GRASP_SOURCES:
            raise ParameterError(
                f'grasp_source {self.grasp_source!r} is unknown; it is one of '
                f'{", ".join(GRASP_SOURCES)}'
            )
        if self.max_grasps < 1 or self.max_candidates < 1:
            raise ParameterError(
                f'max_grasps {self.max_grasps} and max_candidates {self.max_candidates} '
                'must be at least 1'
            )
        if not 0 < self.friction <= 2:
            raise ParameterError(f'friction {self.friction} must be in (0, 2]')
        if not 0 <= self.min_opening < self.max_opening:
            raise ParameterError(
                f'min_opening {self.min_opening} m must be at least 0 and less than '
                f'max_opening {self.max_opening} m'
            )
        if any(a >= b for a, b in zip(self.workspace_min, self.workspace_max, strict=True)):
            raise ParameterError(
                f'workspace_min {self.workspace_min} must be below workspace_max '
                f'{self.workspace_max} on every axis'
            )
        for name in ('prior_weight', 'min_quality', 'min_support_ratio', 'max_unobserved'):
            if not 0 <= getattr(self, name) <= 1:
                raise ParameterError(f'{name} {getattr(self, name)} must be in 0 to 1')
