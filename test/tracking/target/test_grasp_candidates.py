import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from slab_scene import make_grasp

from realvlg_ros.grasping.verification.scene_check import SceneCheck
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.grasp_candidates import SPACE_UNSEEN, GraspCandidates
from realvlg_ros.transforms import make_transform


def grasp(x, preference=0.8, angle=0.0):
    rotation = Rotation.from_euler('z', angle, degrees=True).as_matrix()
    return make_grasp(make_transform(rotation, [x, 0, 0]), preference)


def test_plans_of_one_grasp_are_averaged():
    rng = np.random.default_rng(0)
    candidates = GraspCandidates(TrackerSettings())
    for _ in range(16):
        candidates.add_plan((grasp(rng.normal(0, 0.002)),))
    (fused,) = candidates.grasps
    assert abs(fused.position[0]) < 0.001
    single = grasp(0).covariance[0, 0]
    # A tenth of the variance is shared by all plans; the rest falls with their number.
    assert fused.covariance[0, 0] == pytest.approx(single * (0.1 + 0.9 / 16), rel=0.02)


def test_a_flipped_plan_is_the_same_grasp():
    candidates = GraspCandidates(TrackerSettings())
    candidates.add_plan((grasp(0),))
    candidates.add_plan((grasp(0.001).flipped(),))
    assert len(candidates.grasps) == 1
    assert candidates.grasps[0].opening_axis == pytest.approx([0, 1, 0])


def test_the_best_stays_until_another_is_clearly_and_repeatedly_better():
    candidates = GraspCandidates(TrackerSettings(switch_margin=0.1, switch_persistence=2))
    firsts = []
    for preference in (0.5, 0.85, 0.95, 0.99, 0.99, 0.99):
        candidates.add_plan((grasp(0.0, 0.8), grasp(0.05, preference)))
        firsts.append(candidates.grasps[0].position[0])
    # Running means 0.5, 0.675, 0.813, 0.901, 0.946: above 0.8 + 0.1 for the second time in the
    # fifth plan.
    assert firsts == [0.0] * 4 + [0.05] * 2


def test_published_grasps_are_in_the_order_of_their_preference():
    candidates = GraspCandidates(TrackerSettings(switch_margin=0.1, switch_persistence=2))
    candidates.add_plan((grasp(0.0, 0.8), grasp(0.05, 0.5), grasp(0.1, 0.7)))
    candidates.add_plan((grasp(0.0, 0.8), grasp(0.05, 0.99), grasp(0.1, 0.99)))
    published, _ = candidates.published(watched=False)
    assert [round(g.position[0], 3) for g in published] == [0.0, 0.1, 0.05]
    # Running means 0.8, 0.845 and 0.745: the first place is held, and counts as much as the best.
    assert [g.preference for g in published] == pytest.approx([0.845, 0.845, 0.745])
    assert candidates.published(watched=False, most=2) == (published[:2], 0)
    assert candidates.published(watched=False, most=1) == (published[:1], 0)


def test_a_grasp_that_is_not_found_again_goes():
    candidates = GraspCandidates(TrackerSettings())
    candidates.add_plan((grasp(0.0), grasp(0.05)))
    counts = []
    for _ in range(6):
        candidates.add_plan((grasp(0.0),))
        counts.append(len(candidates.grasps))
    assert counts == [2, 2, 2, 2, 2, 1]


def test_no_grasps_is_a_plan_too():
    candidates = GraspCandidates(TrackerSettings())
    candidates.add_plan(())
    assert candidates.grasps == () and candidates.plans == 1


def test_after_a_move_what_is_known_weighs_like_one_plan():
    candidates = GraspCandidates(TrackerSettings())
    for _ in range(8):
        candidates.add_plan((grasp(0.0),))
    candidates.begin_again()
    candidates.add_plan((grasp(0.004),))
    (fused,) = candidates.grasps
    assert fused.position[0] == pytest.approx(0.002, abs=1e-6)
    assert candidates.plans == 1


def test_grasps_beside_it_confirm_a_grasp_without_moving_it():
    candidates = GraspCandidates(TrackerSettings(switch_persistence=1, switch_margin=0.1))
    candidates.add_plan((grasp(0.0, 0.8),))
    for _ in range(8):
        candidates.add_plan((grasp(0.012, 0.85),))
    assert candidates.grasps[0].position[0] == 0.0
    assert candidates.grasps[1].position[0] == pytest.approx(0.012)


def test_a_plan_on_averaged_depth_weighs_as_many_frames():
    candidates = GraspCandidates(TrackerSettings())
    candidates.add_plan((grasp(0.0),))
    candidates.add_plan((grasp(0.004),), averaged=9)
    (fused,) = candidates.grasps
    assert fused.position[0] == pytest.approx(0.9 * 0.004, rel=1e-3)
    single = grasp(0).covariance[0, 0]
    assert fused.covariance[0, 0] == pytest.approx(single * (0.1 + 0.9 / 10), rel=0.02)


def test_what_is_near_a_known_grasp_beside_its_own_measurement_is_no_other_grasp():
    candidates = GraspCandidates(TrackerSettings())
    candidates.add_plan((grasp(0.0),))
    candidates.add_plan((grasp(0.0005), grasp(0.005), grasp(0.05)))
    assert [g.position[0] for g in candidates.grasps] == pytest.approx([0.00025, 0.05], abs=3e-5)


def held_after(checks, seen=True, period_s=0.1):
    """How many grasps are published after a plan at 1 s and each of the checks that follow."""
    candidates, counts = GraspCandidates(TrackerSettings()), []
    candidates.add_plan((grasp(0.0), grasp(0.05)), stamp_ns=10**9)
    for number, check in enumerate(checks, 1):
        stamp_ns = 10**9 + round(number * period_s * 1e9)
        candidates.take_checks([check] * len(candidates.grasps), stamp_ns, seen)
        counts.append(len(candidates.published(watched=True)[0]))
    return counts, candidates.obstructions()


FREE, UNSEEN = SceneCheck(0.05), SceneCheck(0.05, unseen=True)


def test_grasps_whose_space_is_not_seen_are_held_for_a_moment_and_come_back():
    counts, words = held_after([UNSEEN] * 8)
    assert counts == [2] * 5 + [0] * 3
    assert words == f'{SPACE_UNSEEN} (2)'
    assert held_after([UNSEEN] * 8 + [FREE])[0][-1] == 2
    # Each look that is clear begins the time anew.
    assert held_after([UNSEEN, UNSEEN, UNSEEN, FREE] * 3)[0] == [2] * 12


def test_grasps_of_an_object_that_is_out_of_sight_are_not_blamed_for_what_is_not_seen():
    assert held_after([UNSEEN] * 8, seen=False)[0] == [2] * 8
