import numpy as np
import pytest
from contexts import context_around

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.alignment import aligned
from realvlg_ros.grasping.observation.target_cloud import TargetCloud


def straight_down(tip):
    rotation = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    return Candidates(
        rotation[None], np.array([tip]), np.array([0.06]), np.array([0.075]), np.array([False])
    )


def can(radius=0.03, arc=(0, 2 * np.pi)):
    """The side of a can around the origin."""
    angle, z = np.meshgrid(np.linspace(*arc, 121), np.linspace(0.01, 0.09, 17))
    out = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(z)], axis=-1).reshape(-1, 3)
    points = radius * out + np.stack([0 * z, 0 * z, z], axis=-1).reshape(-1, 3)
    return TargetCloud(points, out, np.ones(len(points), bool), len(points))


def slab(yaw, half=0.02):
    """Two parallel walls turned by an angle, rad."""
    x, z = np.meshgrid(np.linspace(-0.03, 0.03, 21), np.linspace(0.01, 0.09, 25))
    out = np.array([-np.sin(yaw), np.cos(yaw), 0.0])
    face = x[..., None] * (np.cos(yaw), np.sin(yaw), 0.0) + z[..., None] * (0.0, 0.0, 1.0)
    points = np.concatenate([face.reshape(-1, 3) + side * half * out for side in (-1, 1)])
    normals = np.repeat([-out, out], face.size // 3, axis=0)
    return TargetCloud(points, normals, np.ones(len(points), bool), len(points))


@pytest.mark.parametrize('degrees', [-8.0, 5.0])
def test_opening_turns_to_the_faces(degrees):
    turned = aligned(context_around(slab(np.radians(degrees))), straight_down((0, 0, 0.05)))
    axis = turned.rotations[0, :, 1]
    assert np.degrees(np.arctan2(axis[0], -axis[1])) == pytest.approx(degrees, abs=0.5)
    assert abs(axis[2]) < 0.01


def test_opening_is_radial_at_the_tips_also_where_readings_lie_to_one_side():
    # Only the half of each face that lies at x > 0 has readings.
    context = context_around(can(arc=(-np.pi / 2, np.pi / 2)), axis=(0, 0))
    turned = aligned(context, straight_down((0.0, 0.002, 0.06)))
    assert abs(turned.rotations[0, 0, 1]) < 1e-6
