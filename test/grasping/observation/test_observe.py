import numpy as np
import pytest
from solids import Box, look

from realvlg_ros.errors import LiftError
from realvlg_ros.grasping.observation.observe import observe, target_mask
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box as ImageBox
from realvlg_ros.image_region import RegionMask

VIEW = look([Box((0.04, 0.05, 0.06), (0, 0, 0.03))])
MASK = VIEW.masks[0]


def grounded(**values):
    return Grounding(GroundingStatus.OK, 'it', **values)


def test_the_mask_counts_before_the_box_and_a_box_means_what_stands_in_it():
    box = ImageBox(100, 60, 220, 180)
    given = RegionMask.from_full(MASK)
    both = target_mask(VIEW.frame, grounded(mask=given, box=box), VIEW.plane)
    assert np.array_equal(both, MASK)
    found = target_mask(VIEW.frame, grounded(box=box), VIEW.plane)
    assert (found & MASK).sum() > 0.9 * (found | MASK).sum()
    assert not target_mask(VIEW.frame, grounded(), VIEW.plane).any()


def test_the_cloud_lies_above_the_support_within_the_box():
    _, cloud = observe(VIEW.frame, MASK, VIEW.plane, None)
    assert cloud.points[:, 2].max() == pytest.approx(0.06, abs=0.001)
    assert cloud.support_ratio > 0.9


@pytest.mark.parametrize(
    ('mask', 'reason'),
    [
        (np.zeros_like(MASK), 'no depth reading'),
        # Pixels of the bare table: nothing rises above the support.
        (np.roll(MASK, -100, axis=1) & ~MASK, 'does not rise above its support'),
    ],
)
def test_what_cannot_be_observed_is_refused_with_the_reason(mask, reason):
    with pytest.raises(LiftError, match=reason):
        observe(VIEW.frame, mask, VIEW.plane, None)
