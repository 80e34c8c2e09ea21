"""Every setting of the tracker."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import Settings, dynamic_setting, setting


@dataclass(frozen=True)
class TrackerSettings(Settings):
    """How targets are followed."""

    memory_mb: float = setting(
        64.0, 'Bound of the memory of key frames, in 10^6 bytes.', unit='MB', low=1.0, high=4096.0
    )
    stamp_tolerance: float = setting(
        0.002, 'The frame of a grounding is found within this of its stamp.',
        unit='s', low=0.0, high=0.5, former=('stamp_tolerance_s',),
    )  # fmt: skip
    request_timeout: float = setting(
        30.0, 'A request in flight protects its key frame this long.',
        unit='s', low=0.1, high=600.0, former=('request_timeout_s',),
    )  # fmt: skip
    max_gap: float = dynamic_setting(
        2.0, 'A longer pause of the stream loses every target.',
        unit='s', low=0.1, high=60.0, former=('max_gap_s',),
    )  # fmt: skip
    support_memory: float = dynamic_setting(
        60.0,
        'The support last seen in the fixed frame is taken for one that is not seen for so long; '
        '0 for never.',
        unit='s', low=0.0, high=86400.0,
    )  # fmt: skip
    max_targets: int = dynamic_setting(
        4, 'Targets followed at once; the oldest goes first.', unit='targets', low=1, high=64
    )
    max_features: int = dynamic_setting(
        80, 'Feature points of one view.', unit='features', low=12, high=1000
    )
    min_features: int = dynamic_setting(
        8, 'Inliers that a motion from features needs.', unit='features', low=4, high=100
    )
    min_inlier_ratio: float = dynamic_setting(
        0.3, "Inliers that a motion needs, as a share of the view's features in sight.",
        unit='unitless', low=0.05, high=1.0,
    )  # fmt: skip
    min_support: float = dynamic_setting(
        0.6, 'Share of the object in sight that must agree in grey and depth.',
        unit='unitless', low=0.1, high=1.0,
    )  # fmt: skip
    pixel_noise_px: float = dynamic_setting(
        0.3, 'Standard deviation of a tracked feature.', unit='px', low=0.01, high=5.0
    )
    view_angle_deg: float = dynamic_setting(
        12.0, 'A view is made anew when seen from this much aside.',
        unit='degrees', low=2.0, high=60.0,
    )  # fmt: skip
    view_scale: float = dynamic_setting(
        1.4, 'A view is made anew when its scale in the image has changed by this factor.',
        unit='unitless', low=1.05, high=4.0,
    )  # fmt: skip
    max_views: int = dynamic_setting(8, 'Views kept of one target.', unit='views', low=1, high=50)
    still_position_noise: float = dynamic_setting(
        0.0003, "Random walk of a still object's position in 1 s.",
        unit='m', low=1e-5, high=0.1, former=('still_position_noise_m',),
    )  # fmt: skip
    still_rotation_noise_deg: float = dynamic_setting(
        0.15, "Random walk of a still object's rotation in 1 s.",
        unit='degrees', low=1e-3, high=45.0,
    )  # fmt: skip
    moving_speed: float = dynamic_setting(
        0.3, 'Speed that a moving object is allowed, one standard deviation.',
        unit='m/s', low=0.01, high=5.0, former=('moving_speed_mps',),
    )  # fmt: skip
    moving_turn_dps: float = dynamic_setting(
        90.0, 'Turning rate that a moving object is allowed, one standard deviation.',
        unit='degrees/s', low=1.0, high=720.0,
    )  # fmt: skip
    unseen_speed: float = dynamic_setting(
        0.03, 'Random walk of the position of an object out of sight, in 1 s.',
        unit='m/s', low=0.0, high=1.0, former=('unseen_speed_mps',),
    )  # fmt: skip
    unseen_turn_dps: float = dynamic_setting(
        10.0, 'Random walk of the rotation of an object out of sight, in 1 s.',
        unit='degrees/s', low=0.0, high=360.0,
    )  # fmt: skip
    gate: float = dynamic_setting(
        22.5, 'Chi-square bound (6 degrees of freedom) beyond which a measurement is held back.',
        unit='unitless', low=5.0, high=1000.0,
    )  # fmt: skip
    gate_persistence: int = dynamic_setting(
        2, 'Disagreeing measurements in a row that are believed after all.',
        unit='measurements', low=1, high=100,
    )  # fmt: skip
    confirm_frames: int = dynamic_setting(
        3, 'Frames in which a target must be seen to be confirmed.', unit='frames', low=1, high=100
    )
    refind_frames: int = dynamic_setting(
        3,
        'Frames in a row in which a target that was out of sight, lost or suddenly elsewhere must '
        'be seen again to be confirmed; before, it is tentative and not stable.',
        unit='frames', low=1, high=100,
    )  # fmt: skip
    check_grasps_period: float = dynamic_setting(
        0.1,
        'While the camera or the object moves, held grasps are checked against the scene this '
        'often; otherwise in every frame.',
        unit='s', low=0.0, high=2.0,
    )  # fmt: skip
    lost_after: float = dynamic_setting(
        2.0, 'Unseen for longer, a target is lost.',
        unit='s', low=0.05, high=60.0, former=('lost_after_s',),
    )  # fmt: skip
    gone_after: float = dynamic_setting(
        0.5, 'Its place seen empty for longer, a target is lost.',
        unit='s', low=0.05, high=60.0, former=('gone_after_s',),
    )  # fmt: skip
    lost_position_std: float = dynamic_setting(
        0.10, 'Less certain of its position than this standard deviation, a target is lost.',
        unit='m', low=0.005, high=1.0, former=('lost_position_std_m',),
    )  # fmt: skip
    forget_after: float = dynamic_setting(
        30.0, 'Lost for longer, a target is forgotten.',
        unit='s', low=0.0, high=3600.0, former=('forget_after_s',),
    )  # fmt: skip
    search_period: float = dynamic_setting(
        0.1, 'How often an unseen target is searched around its last place.',
        unit='s', low=0.0, high=10.0, former=('search_period_s',),
    )  # fmt: skip
    stable_position_mm: float = dynamic_setting(
        3.0, "Largest standard deviation of a stable target's position.",
        unit='mm', low=0.05, high=100.0,
    )  # fmt: skip
    stable_rotation_deg: float = dynamic_setting(
        5.0, "Largest standard deviation of a stable target's rotation.",
        unit='degrees', low=0.05, high=90.0,
    )  # fmt: skip
    stable_for: float = dynamic_setting(
        0.3, 'How long position and rotation must have been stable.',
        unit='s', low=0.0, high=60.0, former=('stable_for_s',),
    )  # fmt: skip
    fused_plans: int = dynamic_setting(
        8, 'Plans whose grasps are averaged after a grounding; 1: the first only.',
        unit='plans', low=1, high=100,
    )  # fmt: skip
    first_plans: int = dynamic_setting(
        3,
        'So many of the fused plans are made, of frames in memory, before a new target is '
        'published: a single plan may err.',
        unit='plans', low=1, high=20,
    )  # fmt: skip
    averaged_frames: int = dynamic_setting(
        16,
        'A plan is made on the mean depth of up to so many frames in which the target did '
        'not move against the camera; 1: of one frame.',
        unit='frames', low=1, high=64,
    )  # fmt: skip
    plan_period: float = dynamic_setting(
        0.1, 'Shortest time between the fused plans.',
        unit='s', low=0.0, high=60.0, former=('plan_period_s',),
    )  # fmt: skip
    replan_distance: float = dynamic_setting(
        0.03, 'An object that moved farther is planned for again once still.',
        unit='m', low=0.001, high=1.0, former=('replan_distance_m',),
    )  # fmt: skip
    replan_angle_deg: float = dynamic_setting(
        15.0, 'An object that turned farther is planned for again once still.',
        unit='degrees', low=0.5, high=180.0,
    )  # fmt: skip
    match_distance: float = dynamic_setting(
        0.008, 'Grasps of two plans nearer than this may be the same grasp.',
        unit='m', low=0.001, high=0.2, former=('match_distance_m',),
    )  # fmt: skip
    match_angle_deg: float = dynamic_setting(
        12.0, 'Grasps of two plans that are turned by less than this may be the same grasp.',
        unit='degrees', low=1.0, high=90.0,
    )  # fmt: skip
    switch_margin: float = dynamic_setting(
        0.15, 'Score by which another grasp must be better to become the best.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    switch_persistence: int = dynamic_setting(
        3, 'Plans in a row in which another grasp must be better to become the best.',
        unit='plans', low=1, high=100,
    )  # fmt: skip
    check_period: float = dynamic_setting(
        5.0, 'How often a followed target asks for a grounding to check drift; 0 never.',
        unit='s', low=0.0, high=3600.0, former=('check_period_s',),
    )  # fmt: skip
    contradictions: int = dynamic_setting(
        2,
        'Checks in a row that must find the object elsewhere before a followed target is '
        'given up.',
        unit='checks', low=1, high=20,
    )  # fmt: skip
    retry_period: float = dynamic_setting(
        1.0, 'How often a lost target asks for a new grounding.',
        unit='s', low=0.1, high=3600.0, former=('retry_period_s',),
    )  # fmt: skip
    level_fixed_frame: bool = dynamic_setting(
        True, "The fixed frame's z axis points up (REP 103)."
    )
