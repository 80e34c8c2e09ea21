import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import grasp_quality
from benchmarks.grasp_quality import (
    Bench,
    Outcome,
    clutter_scenes,
    shape_table,
    single_scenes,
    summarize,
    write_failures,
)
from benchmarks.objects import (
    make_scene,
    procedural_objects,
    seeded_view,
)
from benchmarks.report import Report
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.simulation.placed_mesh import PlacedMesh

PROFILE = Path(__file__).parents[2] / 'config' / 'grippers' / 'franka_hand.yaml'


@pytest.fixture(scope='module')
def items():
    return procedural_objects()


def test_instances_are_many_named_once_and_narrow_enough_somewhere(items):
    assert len(items) >= 40
    assert len({item.name for item in items}) == len(items)
    for item in items:
        if item.shape not in ('mug', 'bowl'):
            assert min(item.mesh.extents) < 0.07, item.name


def test_scene_stands_on_the_table_without_overlap(items):
    world = make_scene(items[:8], seed=3, half_width=0.17, gap=0.015)
    assert len(world.objects) == 8
    for item in world.objects:
        assert item.world_vertices()[:, 2].min() == pytest.approx(0.0, abs=1e-9)
    again = make_scene(items[:8], seed=3, half_width=0.17, gap=0.015)
    assert all(
        np.array_equal(a.pose, b.pose) for a, b in zip(world.objects, again.objects, strict=True)
    )


def test_views_look_down_at_the_table():
    for seed in range(20):
        pose = seeded_view(seed)
        assert 0.3 < pose[2, 3] < 0.9
        assert pose[2, 2] < -0.6


def test_every_instance_is_in_each_pose_and_round(items):
    singles = single_scenes(items, 5)
    assert len(singles) == 5 * len(items)
    assert len({seed for _, seed in singles}) == len(singles)
    rounds = clutter_scenes(items, 2)
    assert all(len(group) <= 8 for group, _ in rounds)
    for item in items:
        assert sum(any(i is item for i in group) for group, _ in rounds) >= 2


def test_summary_counts_refusals_but_not_what_cannot_be_grasped(tmp_path):
    outcomes = [
        Outcome('mug_0', 1, False, 'valid', '', 10.0, 7.0, 5.0, 0.9),
        Outcome('mug_1', 2, False, 'refused', 'no grasp', 20.0, neighbours_ms=4.0),
        Outcome('box_0', 3, False, 'not graspable', '', 30.0, neighbours_ms=6.0),
        Outcome(
            'box_0', 4, True, 'collision with the target', 'palm meets target', 40.0, 9.0, 5.0, 0.5
        ),
        Outcome('box_1', 4, True, 'hidden', '10 px', 0.0),
    ]
    report = Report('grasp_quality')
    summarize(outcomes, report)
    figures = report.to_dict()['figures']
    assert figures['single_valid'] == 0.5
    assert figures['single_trials'] == 2
    assert figures['single_refused'] == 1
    assert figures['single_not_graspable'] == 1
    assert figures['clutter_valid'] == 0
    assert figures['clutter_hidden'] == 1
    assert figures['plan_cpu_median_ms'] == 25.0
    assert figures['search_median_ms'] == 8.0
    assert figures['plan_over_neighbours'] == 5.0
    assert set(report.goals) == {'single_valid', 'clutter_valid', 'plan_over_neighbours'}
    assert 'mug        1/2' in shape_table(outcomes)
    write_failures(tmp_path / 'failures.md', outcomes)
    text = (tmp_path / 'failures.md').read_text()
    assert '--only mug_1:2' in text
    assert 'palm meets target' in text
    assert 'box_1' not in text


def test_placed_mesh_is_in_the_world(items):
    world = make_scene(items[:1], seed=5, half_width=0.1, gap=0.01)
    mesh = PlacedMesh.of(world.objects[0])
    assert mesh.vertices == pytest.approx(world.objects[0].world_vertices())
    assert mesh.faces.shape[1] == 3


def test_scene_is_rendered_planned_and_judged(items):
    bench = Bench(Gripper.from_yaml(PROFILE))
    can = next(item for item in items if item.name == 'can_4')
    (first,) = bench.run_scene([can], seed=11)
    (again,) = bench.run_scene([can], seed=11)
    assert first.target == 'can_4'
    assert first.counts
    assert first.milliseconds > 0 and first.neighbours_ms > 0
    assert (first.cause, first.detail) == (again.cause, again.detail)


def test_one_target_can_be_run_again(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'argv', ['grasp_quality', '--only', 'ball_0:30'])
    grasp_quality.main()
    assert "target='ball_0', seed=30" in capsys.readouterr().out
