from dataclasses import replace

import numpy as np
import pytest
from solids import Box, look

from realvlg_ros.grasping.observation.target_cloud import TargetCloud

LIGHT, BLACK = 180, 15


def cloud(holes, own=LIGHT, around=LIGHT):
    """The cloud of a box whose readings are lost in an image of its pixels."""
    view = look([Box((0.08, 0.08, 0.08), (0, 0, 0.04))])
    mask = view.masks[0]
    color = np.where(mask[..., None], own, around).repeat(3, axis=2).astype(np.uint8)
    depth = np.where(holes(mask) & mask, 0, view.frame.depth)
    frame = replace(view.frame, color=color, depth=depth)
    return TargetCloud.from_scene(replace(view, frame=frame).scene())


def lower_half(mask):
    rows = np.nonzero(mask)[0]
    return np.broadcast_to(np.arange(len(mask))[:, None] > np.median(rows), mask.shape)


def every_third(mask):
    return (np.add.outer(np.arange(len(mask)), np.arange(mask.shape[1])) % 3) == 0


@pytest.mark.parametrize(
    ('holes', 'own', 'around', 'share'),
    [
        (lower_half, LIGHT, LIGHT, 0.5),
        (every_third, LIGHT, LIGHT, 1.0),
        (lower_half, BLACK, LIGHT, 1.0),
        # In the dark nothing can be told from how dark it is.
        (lower_half, BLACK, BLACK, 0.5),
    ],
    ids=['large hole', 'sparse', 'dark', 'dark image'],
)
def test_what_accounts_for_missing_readings(holes, own, around, share):
    found = cloud(holes, own, around)
    assert found.support_ratio < 0.7
    assert found.accounted == pytest.approx(share, abs=0.08)
