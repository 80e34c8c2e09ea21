"""Rays and normals against geometry."""

import numpy as np
import pytest

from realvlg_ros.simulation.mesh_primitives import cuboid, sphere
from realvlg_ros.simulation.ray_caster import RayCaster, corner_normals

pytest.importorskip('embreex')


def rays(*pairs):
    return tuple(np.array(part, np.float32) for part in zip(*pairs, strict=True))


def test_first_hit_names_body_distance_and_face():
    low, high = cuboid((1, 1, 0.1)), cuboid((0.2, 0.2, 0.2))
    high.apply_translation((0, 0, 0.5))
    caster = RayCaster([low.triangles, high.triangles])
    origins, directions = rays(
        ((0.05, 0.02, 2), (0, 0, -1)), ((0.4, 0.3, 2), (0, 0, -2)), ((5, 0, 2), (0, 0, -1))
    )
    hits = caster.first_hits(origins, directions)
    assert hits.body.tolist() == [1, 0, -1]
    assert hits.distance[:2] == pytest.approx([1.3, 0.95])
    assert np.isinf(hits.distance[2])
    assert np.allclose(high.face_normals[hits.face[0]], (0, 0, 1))


def test_blocked_only_within_reach():
    caster = RayCaster([cuboid((1, 1, 0.1)).triangles])
    origins, directions = rays(((0, 0, 1), (0, 0, -1)), ((0, 0, 1), (0, 0, 1)))
    assert caster.is_blocked(origins, directions).tolist() == [True, False]
    assert caster.is_blocked(origins, directions, 0.85).tolist() == [False, False]
    assert caster.is_blocked(origins, directions, 0.95).tolist() == [True, False]


def test_normals_are_smooth_on_a_ball_and_sharp_on_a_box():
    ball = sphere(0.05, subdivisions=3)
    outward = ball.triangles - (0, 0, 0.05)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    assert np.einsum('fci,fci->fc', corner_normals(ball), outward).min() > 0.999
    box = cuboid((1, 2, 3))
    assert np.allclose(corner_normals(box), box.face_normals[:, None], atol=1e-6)
