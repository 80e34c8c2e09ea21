import numpy as np
import pytest

from realvlg_ros.grasping.vectors import cross, mean, median, solve_positive, unit


@pytest.mark.parametrize('columns', [(), (3,)])
def test_solution_of_a_positive_system(columns):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(4, 9))
    matrix, expected = rows @ rows.T, rng.normal(size=(4, *columns))
    np.testing.assert_allclose(solve_positive(matrix, matrix @ expected), expected, rtol=1e-9)


@pytest.mark.parametrize('matrix', [np.zeros((2, 2)), np.diag([1.0, -1.0])])
def test_a_system_that_is_not_positive_is_an_error(matrix):
    with pytest.raises(np.linalg.LinAlgError, match='not positive definite'):
        solve_positive(matrix, np.ones(2))


def test_small_vectors_are_as_numpys():
    a, b = np.random.default_rng(1).normal(size=(2, 3))
    np.testing.assert_allclose(cross(a, b), np.cross(a, b))
    assert np.linalg.norm(unit(a)) == pytest.approx(1)
    assert (mean(a), median(a)) == pytest.approx((a.mean(), np.median(a)))
