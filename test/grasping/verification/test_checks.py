"""What one frame must show of two contacts."""

import numpy as np
import pytest
from contexts import context_around

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.closing import close_fingers
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.verification.checks import ASSUMED, Checked


def sides(near, far, assumed):
    """Two sides 40 mm apart of so many points each; of the far one some are assumed."""
    places = [(x, z) for z in (0.028, 0.024, 0.020, 0.016) for x in (-0.006, -0.002, 0.002, 0.006)]
    points = [(x, 0.02, z) for x, z in places[:near]]
    points += [(x, -0.02, z) for x, z in places[:far]]
    points = np.array(points)
    normals = np.stack([np.zeros(len(points)), np.sign(points[:, 1]), np.zeros(len(points))], 1)
    observed = np.arange(len(points)) < len(points) - assumed
    return TargetCloud(points, normals, observed, len(points))


@pytest.mark.parametrize(
    'near, far, assumed, refused',
    [
        (16, 16, 16, False),
        (7, 7, 7, False),
        (6, 16, 16, True),
        (16, 6, 6, True),
        # Most of what is met is assumed, or it is not.
        (12, 6, 4, True),
        (12, 6, 2, False),
        # What is seen may be small.
        (3, 3, 0, False),
    ],
)
def test_an_assumed_contact_and_the_one_that_it_is_assumed_from_are_faces(
    near, far, assumed, refused
):
    context = context_around(sides(near, far, assumed))
    rotation = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    candidates = Candidates(
        rotation[None], np.array([[0, 0, 0.01]]), np.array([0.04]), np.array([0.06]),
        np.array([False]),
    )  # fmt: skip
    checked = Checked.of(context, *close_fingers(context, candidates))
    assert sorted(checked.closing.counts[0]) == sorted([near, far])
    assert checked.faults[ASSUMED].tolist() == [refused]
