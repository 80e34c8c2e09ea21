"""Every setting of the tracker, with its unit, default and range."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..errors import ParameterError


@dataclass(frozen=True)
class TrackerSettings:
    """Settings of TargetTracker; each may become a parameter of a node.

    Attributes:
        memory_mb: bound of the key frame memory, MB (10^6 bytes).
        stamp_tolerance: a grounding's frame is found within this of its stamp, s.
        request_timeout: a request in flight protects its key frame this long, s.
        max_gap: a longer pause of the stream loses every target, s.
        max_targets: targets followed at once; the oldest goes first.
        max_features: feature points of one view.
        min_features: inliers that a motion from features needs.
        min_inlier_ratio: inliers a motion needs, as a share of the view's features in sight.
        min_support: share of the object in sight that must agree in grey and depth.
        pixel_noise_px: standard deviation of a tracked feature, px.
        view_angle_deg: a view is made anew when seen from this much aside, degrees.
        view_scale: and when its scale in the image has changed by this factor.
        max_views: views kept of one target.
        still_position_noise: random walk of a still object's position, m in 1 s.
        still_rotation_noise_deg: and of its rotation, degrees in 1 s.
        moving_speed: speed that a moving object is allowed, m/s (one standard deviation).
        moving_turn_dps: turning rate that a moving object is allowed, degrees/s.
        unseen_speed: random walk of an object out of sight, m in 1 s.
        unseen_turn_dps: and of its rotation, degrees in 1 s.
        gate: chi-square bound (6 degrees of freedom) beyond which a measurement is held back.
        gate_persistence: disagreeing measurements in a row that are believed after all.
        confirm_frames: frames in which a target must be seen to be confirmed.
        lost_after: unseen for longer, a target is lost, s.
        gone_after: its place seen empty for longer, a target is lost, s.
        lost_position_std: less certain of its position than this, a target is lost, m.
        forget_after: lost for longer, a target is forgotten, s.
        search_period: how often an unseen target is searched around its last place, s.
        stable_position_mm: largest position_std of a stable target, mm.
        stable_rotation_deg: largest rotation_std of a stable target, degrees.
        stable_for: how long both must have held, s.
        fused_plans: plans whose grasps are averaged after a grounding (1: the first only).
        first_plans: so many of them are made, of frames in memory, before a new target is
            published: a single plan may err.
        averaged_frames: a plan is made on the mean depth of up to so many frames in which the
            target did not move against the camera (1: of one frame).
        plan_period: shortest time between those plans, s.
        replan_distance: an object that moved farther is planned for again once still, m.
        replan_angle_deg: and one that turned farther, degrees.
        match_distance: grasps of two plans nearer than this may be the same grasp, m.
        match_angle_deg: and when their rotations differ by less than this, degrees.
        switch_margin: quality by which another grasp must be better to become the best.
        switch_persistence: plans in a row in which it must be.
        check_period: how often a followed target asks for a grounding to check drift, s;
            0 never.
        contradictions: such checks in a row that must find the object elsewhere before a followed
            target is given up.
        retry_period: how often a lost target asks for a new grounding, s.
        level_fixed_frame: the fixed frame's z axis points up (REP 103).
    """

    memory_mb: float = 64.0
    stamp_tolerance: float = 0.002
    request_timeout: float = 30.0
    max_gap: float = 2.0
    max_targets: int = 4
    max_features: int = 80
    min_features: int = 8
    min_inlier_ratio: float = 0.3
    min_support: float = 0.6
    pixel_noise_px: float = 0.3
    view_angle_deg: float = 12.0
    view_scale: float = 1.4
    max_views: int = 8
    still_position_noise: float = 0.0003
    still_rotation_noise_deg: float = 0.15
    moving_speed: float = 0.3
    moving_turn_dps: float = 90.0
    unseen_speed: float = 0.03
    unseen_turn_dps: float = 10.0
    gate: float = 22.5
    gate_persistence: int = 2
    confirm_frames: int = 3
    lost_after: float = 2.0
    gone_after: float = 0.5
    lost_position_std: float = 0.10
    forget_after: float = 30.0
    search_period: float = 0.1
    stable_position_mm: float = 3.0
    stable_rotation_deg: float = 5.0
    stable_for: float = 0.3
    fused_plans: int = 8
    first_plans: int = 3
    averaged_frames: int = 16
    plan_period: float = 0.1
    replan_distance: float = 0.03
    replan_angle_deg: float = 15.0
    match_distance: float = 0.008
    match_angle_deg: float = 12.0
    switch_margin: float = 0.15
    switch_persistence: int = 3
    check_period: float = 5.0
    contradictions: int = 2
    retry_period: float = 1.0
    level_fixed_frame: bool = True

    def __post_init__(self) -> None:
        for field in fields(self):
            low, high = RANGES.get(field.name, (False, True))
            value = getattr(self, field.name)
            if not low <= value <= high:
                raise ParameterError(
                    f'{field.name} = {value} is outside its range {low:g} to {high:g}; '
                    f'the default is {field.default}'
                )


# Smallest and largest value of every number above.
RANGES: dict[str, tuple[float, float]] = {
    'memory_mb': (1.0, 4096.0),
    'stamp_tolerance': (0.0, 0.5),
    'request_timeout': (0.1, 600.0),
    'max_gap': (0.1, 60.0),
    'max_targets': (1, 64),
    'max_features': (12, 1000),
    'min_features': (4, 100),
    'min_inlier_ratio': (0.05, 1.0),
    'min_support': (0.1, 1.0),
    'pixel_noise_px': (0.01, 5.0),
    'view_angle_deg': (2.0, 60.0),
    'view_scale': (1.05, 4.0),
    'max_views': (1, 50),
    'still_position_noise': (1e-5, 0.1),
    'still_rotation_noise_deg': (1e-3, 45.0),
    'moving_speed': (0.01, 5.0),
    'moving_turn_dps': (1.0, 720.0),
    'unseen_speed': (0.0, 1.0),
    'unseen_turn_dps': (0.0, 360.0),
    'gate': (5.0, 1000.0),
    'gate_persistence': (1, 100),
    'confirm_frames': (1, 100),
    'lost_after': (0.05, 60.0),
    'gone_after': (0.05, 60.0),
    'lost_position_std': (0.005, 1.0),
    'forget_after': (0.0, 3600.0),
    'search_period': (0.0, 10.0),
    'stable_position_mm': (0.05, 100.0),
    'stable_rotation_deg': (0.05, 90.0),
    'stable_for': (0.0, 60.0),
    'fused_plans': (1, 100),
    'first_plans': (1, 20),
    'averaged_frames': (1, 64),
    'plan_period': (0.0, 60.0),
    'replan_distance': (0.001, 1.0),
    'replan_angle_deg': (0.5, 180.0),
    'match_distance': (0.001, 0.2),
    'match_angle_deg': (1.0, 90.0),
    'switch_margin': (0.0, 1.0),
    'switch_persistence': (1, 100),
    'check_period': (0.0, 3600.0),
    'contradictions': (1, 20),
    'retry_period': (0.1, 3600.0),
}
