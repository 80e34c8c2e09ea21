import importlib.util

import pytest

from benchmarks.lift.analytic_scenes import lift_cases
from benchmarks.point_clouds import run

HAS_OPEN3D = importlib.util.find_spec('open3d') is not None


@pytest.fixture(scope='module')
def case():
    return [c for c in lift_cases(1) if c.shape == 'lying cylinder'][-1]


def test_normals_of_the_image_are_near_those_of_the_cylinder(case):
    result = run(case, 1)
    assert result['points'] > 1000
    assert 1 < result['errors']['image'] < 15
    assert (result['times']['image'] > 0).all()


@pytest.mark.skipif(HAS_OPEN3D, reason='Open3D is installed')
def test_says_plainly_that_open3d_is_left_out(case, capsys):
    result = run(case, 1)
    assert 'open3d' not in result['times']
    assert "Open3D's half is left out" in capsys.readouterr().out
