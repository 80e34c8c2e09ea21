"""The settings of the grasp planner."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import ParameterError
from ..settings import Settings, dynamic_setting

GRASP_SOURCES = ('geometry', 'model', 'both')


@dataclass(frozen=True)
class PlannerSettings(Settings):
    """Limits and weights of grasp planning."""

    grasp_source: str = dynamic_setting(
        'both',
        "geometry searches the depth, model lifts the grounder's rectangles and contacts, both "
        'does both and ranks them together.',
        choices=GRASP_SOURCES,
    )
    max_grasps: int = dynamic_setting(
        10, 'How many grasps are found at most.', unit='grasps', low=1, high=1000
    )
    max_candidates: int = dynamic_setting(
        200, 'How many candidates are checked for collision.', unit='grasps', low=1, high=10000
    )
    friction: float = dynamic_setting(
        0.4, 'Coefficient between finger and object; sets the antipodal cone.',
        unit='unitless', low=0.01, high=2.0,
    )  # fmt: skip
    finger_clearance: float = dynamic_setting(
        0.008, 'Gap on each side between open finger and object.', unit='m', low=0.0, high=0.1
    )
    min_finger_clearance: float = dynamic_setting(
        0.003, 'Smallest gap that is accepted where the opening is limited.',
        unit='m', low=0.0, high=0.1,
    )  # fmt: skip
    table_clearance: float = dynamic_setting(
        0.002,
        'Smallest distance of the fingertips from the support; 4 mm are kept where a grasp is '
        'found that keeps them.',
        unit='m', low=0.0, high=0.2,
    )  # fmt: skip
    obstacle_clearance: float = dynamic_setting(
        0.004, 'Smallest distance of the gripper from other things.', unit='m', low=0.0, high=0.2
    )
    # One view shows no back side: obstacles are taken to be as deep as they look wide. What looks
    # wider than a hand can hold may be a wall or a flat box, and blocking all that it occludes
    # would leave no grasp behind it. Space farther behind is unobserved, not known to be
    # occupied, and counts in max_unobserved.
    obstacle_thickness: float = dynamic_setting(
        0.08,
        'How far at most other things are taken to reach behind their visible surface, '
        'horizontally.',
        unit='m', low=0.0, high=1.0,
    )  # fmt: skip
    min_overlap: float = dynamic_setting(
        0.003, 'How far fingertips must at least reach past the contact.',
        unit='m', low=0.0, high=0.1,
    )  # fmt: skip
    min_opening: float = dynamic_setting(
        0.0, "Smallest opening, inside the gripper's own limits.", unit='m', low=0.0, high=1.0
    )
    max_opening: float = dynamic_setting(
        1.0, "Largest opening, inside the gripper's own limits.", unit='m', low=0.0, high=1.0
    )
    approach_cone: float = dynamic_setting(
        math.radians(100), 'Largest angle of the approach from the direction into the support.',
        unit='rad', low=0.0, high=math.pi,
    )  # fmt: skip
    side_grasp_height: float = dynamic_setting(
        0.06, 'Objects at least this tall are also grasped from the side.',
        unit='m', low=0.0, high=10.0,
    )  # fmt: skip
    max_unobserved: float = dynamic_setting(
        0.6,
        'Largest share of the fingers that may lie in space the camera cannot see: behind '
        'something, in holes of the depth, or outside the image.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    max_palm_unobserved: float = dynamic_setting(
        0.5, 'The same for the palm and the last part of its approach.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    standoff: float = dynamic_setting(
        0.10, 'Distance of the pre-grasp pose back along the approach.',
        unit='m', low=0.0, high=1.0,
    )  # fmt: skip
    retreat_distance: float = dynamic_setting(
        0.10, 'Length of the motion after grasping.', unit='m', low=0.0, high=1.0
    )
    workspace_min: tuple[float, float, float] = dynamic_setting(
        (-100.0, -100.0, 0.0),
        "Lower corner of the box that TCPs must lie in: x, y, z in the camera's optical frame.",
        unit='m', low=-100.0, high=100.0,
    )  # fmt: skip
    workspace_max: tuple[float, float, float] = dynamic_setting(
        (100.0, 100.0, 100.0),
        "Upper corner of the box that TCPs must lie in: x, y, z in the camera's optical frame.",
        unit='m', low=-100.0, high=100.0,
    )  # fmt: skip
    prior_weight: float = dynamic_setting(
        0.3, "How much a model's rectangle or contacts pull the ranking.",
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    min_quality: float = dynamic_setting(
        0.5,
        'Grasps that are less likely to hold are not returned.',
        unit='unitless',
        low=0.0,
        high=1.0,
    )
    min_support_ratio: float = dynamic_setting(
        0.4, 'Share of pixels that must have good depth for a rectangle to be lifted.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_opening >= self.max_opening:
            raise ParameterError(
                f'min_opening {self.min_opening} m must be less than max_opening '
                f'{self.max_opening} m'
            )
        if any(a >= b for a, b in zip(self.workspace_min, self.workspace_max, strict=True)):
            raise ParameterError(
                f'workspace_min {self.workspace_min} must be below workspace_max '
                f'{self.workspace_max} on every axis'
            )
