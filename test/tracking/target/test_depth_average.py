import numpy as np
import pytest
from slab_following import lock_step
from slab_scene import FRAME_NS, FakePlanner, Slab, SlabScene, at, ground

from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.tracking.target.depth_average import mean_depth

NOISE = DepthNoise()


def spreads(planner):
    """How noisy the slab was in each plan, m."""
    depths = [
        call.frame.depth[call.grounding.mask.to_full(*call.frame.depth.shape)][:500]
        for call in planner.calls
    ]
    return [float(depth.std()) for depth in depths]


def test_noise_falls_with_the_root_of_the_number_of_frames():
    rng = np.random.default_rng(0)
    images = [rng.normal(0.6, 0.001, (60, 80)).astype(np.float32) for _ in range(9)]
    mean = mean_depth(images[0], images[1:], NOISE)
    assert mean.std() == pytest.approx(0.001 / 3, rel=0.05)


def test_rare_readings_are_dropped_and_holes_filled():
    old = np.full((1, 3), 0.8, np.float32)
    new = np.array([[0.5, 0.0, 0.9]], np.float32)
    assert mean_depth(new, [old, old], NOISE)[0] == pytest.approx([0.8] * 3)
    hole = np.zeros((1, 3), np.float32)
    assert mean_depth(hole, [old, hole, hole], NOISE)[0] == pytest.approx([0, 0, 0])


def test_what_came_in_is_there_after_three_frames():
    old, new = np.full((1, 1), 0.8, np.float32), np.full((1, 1), 0.5, np.float32)
    assert mean_depth(new, [new, old, old, old, old], NOISE)[0] == pytest.approx(0.8)
    assert mean_depth(new, [new, new, old, old, old, old], NOISE)[0] == pytest.approx(0.5)


def test_a_border_between_two_surfaces_lies_on_one_of_them():
    rng = np.random.default_rng(1)
    images = [
        np.where(rng.random((40, 40)) < 0.6, 0.6, 0.64).astype(np.float32) for _ in range(15)
    ]
    mean = mean_depth(images[0], images[1:], NOISE)
    assert np.isclose(mean, 0.6, atol=1e-3).mean() > 0.7
    assert (np.isclose(mean, 0.6, atol=1e-3) | np.isclose(mean, 0.64, atol=1e-3)).all()


def test_a_border_pixel_is_not_drawn_to_the_other_surface():
    # Nearly half of the readings are of the other surface, and a few lie between both.
    rng = np.random.default_rng(2)
    chance = rng.random((16, 40, 40))
    stack = np.where(chance < 0.5, 0.6, np.where(chance < 0.9, 0.8, 0.6 + 0.2 * rng.random()))
    stack = (stack + rng.normal(0, 0.003, stack.shape)).astype(np.float32)
    mean = mean_depth(stack[0], list(stack[1:]), NOISE)
    near = mean < 0.65
    assert near.mean() > 0.55 and mean.min() > 0.59
    assert abs(mean[near].mean() - 0.6) < 0.0004 and mean[near].std() < 0.0015


def plan_in(frames, move=0.0):
    scene, planner = SlabScene([Slab(at(0, 0, 0.6))], depth_noise=0.002), FakePlanner()
    stream = lock_step(planner, fused_plans=2, plan_period=0.2)
    frame, owner = scene.render(0)
    stream.update(frame)
    stream.set_grounding(ground(frame, owner))
    for index in range(1, frames):
        scene.slabs[0].slab2world = at(move * index, 0, 0.6)
        stream.update(scene.render(index)[0])
    return planner


def test_a_still_target_is_planned_on_the_mean_of_past_frames():
    planner = plan_in(8)
    first, second = planner.stamps
    frames = 1 + (second - first) // FRAME_NS
    assert frames >= 7
    assert spreads(planner)[0] == pytest.approx(0.002, rel=0.1)
    assert spreads(planner)[1] == pytest.approx(0.002 / np.sqrt(frames), rel=0.15)


def test_a_moving_target_is_planned_on_one_frame():
    planner = plan_in(9, move=0.004)
    assert spreads(planner)[-1] == pytest.approx(0.002, rel=0.1)
