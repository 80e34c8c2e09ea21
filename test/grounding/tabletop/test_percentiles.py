"""Percentiles equal numpy's."""

import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.percentiles import percentiles


@pytest.mark.parametrize('shape', [(1,), (2,), (7,), (800,), (1, 3), (40, 2)])
@pytest.mark.parametrize('kind', [np.float32, np.float64, np.intp])
def test_they_equal_numpys(shape: tuple[int, ...], kind: type) -> None:
    values = (np.random.default_rng(0).normal(size=shape) * 100).astype(kind)
    percents = (0, 1.5, 25, 50, 98, 100)
    expected = np.percentile(values.astype(np.float64), percents, axis=0)
    np.testing.assert_allclose(percentiles(values, percents), expected, rtol=1e-12, atol=1e-12)
