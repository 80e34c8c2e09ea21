import json
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks import grasp_scatter
from benchmarks.grasp_scatter import found_again, scatter_of
from benchmarks.objects import procedural_objects
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.transforms import make_transform


def grasp_at(position, angle=0.0):
    return Grasp(
        tcp2frame=make_transform(Rotation.from_rotvec([0, 0, angle]).as_matrix(), position),
        covariance=np.diag([1e-6] * 3 + [1e-4] * 3),
        object_width=0.05,
        opening_width=0.07,
        standoff=0.1,
        retreat=np.array([0, 0, -1.0]),
        retreat_distance=0.1,
        quality=0.5,
        source=GraspSource.GEOMETRY,
        rectangle=GraspRectangle(100, 100, 0, 30, 10),
        contacts=ContactPair(90, 100, 110, 100),
        contact_points=np.array([[-0.025, 0, 0.7], [0.025, 0, 0.7]]),
        support_counts=(20, 20),
        clearance=0.01,
    )


def test_a_grasp_is_found_again_within_the_trackers_distances_either_way_round():
    grasp = grasp_at((0, 0, 0.7))
    near, far = grasp_at((0.004, 0, 0.7)), grasp_at((0.008, 0, 0.7))
    assert found_again(grasp, [far, near]).position == pytest.approx(near.position)
    assert found_again(grasp, [grasp_at((0.02, 0, 0.7))]) is None
    assert found_again(grasp, [grasp_at((0, 0, 0.7), 0.5)]) is None
    turned = found_again(grasp, [near.flipped()])
    assert turned.tcp2frame == pytest.approx(near.tcp2frame)


def test_scatter_is_measured_in_deviations_of_the_difference():
    first, second = grasp_at((0, 0, 0.7)), grasp_at((0.002, 0, 0.7))
    scatter = scatter_of('thing', [[first], [second], [grasp_at((0.5, 0, 0.7))]])
    assert scatter.missed == 1
    # 2 mm, with a variance of 2 square millimetres, over six dimensions.
    assert scatter.nees == pytest.approx([2 / 6])
    assert scatter.errors[0] == pytest.approx([0.002 / math.sqrt(2), 0, 0, 0, 0, 0])
    assert scatter.said[0] == pytest.approx([1e-3] * 3 + [1e-2] * 3)
    surer = replace(second, covariance=second.covariance / 3)
    assert scatter_of('thing', [[first], [surer]]).nees == pytest.approx([3 / 6])


def test_quick_run_writes_both_kinds_of_grasp(tmp_path, monkeypatch, capsys):
    few = [item for item in procedural_objects() if item.name in ('box_1', 'can_0')]
    monkeypatch.setattr(grasp_scatter, 'procedural_objects', lambda: few[:1] * 6)
    path = tmp_path / 'scatter.json'
    monkeypatch.setattr(
        sys, 'argv', ['grasp_scatter', '--quick', '--draws', '3', '--json', str(path)]
    )
    grasp_scatter.main()
    figures = json.loads(path.read_text())['figures']
    assert figures['objects'] == 1
    assert 0 < figures['searched_nees_over_dof'] < 10
    assert 'lifted: error/said' in capsys.readouterr().out
