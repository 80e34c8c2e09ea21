import numpy as np
import pytest

from realvlg_ros.errors import RecordingError
from realvlg_ros.image_region import RegionMask
from realvlg_ros.recording.mask_runs import mask_from_runs, mask_to_runs


@pytest.mark.parametrize(
    ('rows', 'runs'),
    [
        ([[0, 1], [1, 0]], [1, 2, 1]),
        ([[1, 1], [0, 0]], [0, 2, 2]),
        ([[1, 1], [1, 1]], [0, 4]),
        ([[0, 0], [0, 0]], [4]),
    ],
)
def test_runs_row_by_row_begin_outside(rows, runs):
    values = mask_to_runs(RegionMask(3, 4, np.array(rows, bool)))
    assert values['runs'] == runs
    back = mask_from_runs(values)
    assert (back.x_offset, back.y_offset, back.data.tolist()) == (
        3,
        4,
        np.array(rows, bool).tolist(),
    )


@pytest.mark.parametrize(
    'change',
    [
        {'runs': [1, 2]},
        {'runs': [-1, 5]},
        {'runs': 'many'},
        {'runs': [[4]]},
        {'width_px': 0},
        {'height_px': None},
    ],
    ids=str,
)
def test_runs_that_do_not_fill_the_region_are_refused(change):
    values = mask_to_runs(RegionMask(0, 0, np.eye(2, dtype=bool)))
    with pytest.raises(RecordingError, match='mask'):
        mask_from_runs({**values, **change})
