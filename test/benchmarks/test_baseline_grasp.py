from types import SimpleNamespace

import pytest

from benchmarks import baseline_grasp
from benchmarks.objects import make_scene, procedural_objects
from benchmarks.report import Report
from realvlg_ros.closed_loop.record import Cause
from realvlg_ros.closed_loop.run import EvaluateOptions
from realvlg_ros.evaluation.mesh_judge import judge_grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.trajectory import d435_camera, look_at

GRIPPER = Gripper.from_yaml(gripper_file('franka_hand'))


@pytest.mark.parametrize(('name', 'fits'), [('screwdriver_1', True), ('bowl_1', False)])
def test_the_ten_lines_grasp_across_what_fits_between_the_fingers(name, fits):
    item = next(item for item in procedural_objects() if item.name == name)
    world = make_scene([item], 3, 0.05, 0.02)
    pose = look_at((0.3, 0.0, 0.5), (0.0, 0.0, 0.02))
    rendered = Renderer(world, RenderSettings.fast()).render(d435_camera(), pose)
    found = baseline_grasp.baseline_grasp(rendered.frame, rendered.mask(name), GRIPPER)
    assert (found is not None) == fits
    if found is not None:
        target = PlacedMesh.of(world.object(name))
        assert judge_grasp(pose @ found[0], found[1], GRIPPER, target).failure is None
        assert (pose @ found[0])[2, 2] == pytest.approx(-1, abs=0.01)


def test_paired_counts_name_what_only_the_baseline_lifts(monkeypatch, capsys):
    def episode(seed, cause):
        return SimpleNamespace(seed=seed, cause=cause, target=f'thing_{seed}', detail='too wide')

    monkeypatch.setattr(baseline_grasp, 'baseline_holds', lambda *given: given[-1] < 2)
    report = Report('closed_loop')
    causes = (Cause.SUCCESS, Cause.REFUSED, Cause.SUCCESS, Cause.SLIP)
    episodes = [episode(seed, cause) for seed, cause in enumerate(causes)]
    baseline_grasp.compare('single', EvaluateOptions(), [], episodes, report)
    figures = report.to_dict()['figures']
    assert figures['single_baseline_holds'] == 2
    assert figures['single_only_planner'] == figures['single_only_baseline'] == 1
    printed = capsys.readouterr().out
    assert 'thing_1' in printed and 'thing_3' not in printed
