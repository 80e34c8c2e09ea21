import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.tracking.measurement.rigid_fit import (
    Observations,
    difference,
    inliers_of,
    kabsch,
    perturbed,
    ransac_pose,
    refine_pose,
)
from realvlg_ros.transforms import make_transform, transform_points

TRUTH = make_transform(Rotation.from_rotvec([0.1, -0.2, 0.3]).as_matrix(), [0.02, -0.03, 0.6])


def observe(count=60, seed=0, ray_std=0.0005, depth_std=0.002, outliers=0):
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.05, 0.05, (count, 3))
    seen = transform_points(TRUTH, points)
    rays = seen[:, :2] / seen[:, 2:] + rng.normal(0, ray_std, (count, 2))
    depths = seen[:, 2] + rng.normal(0, depth_std, count)
    rays[:outliers] += rng.uniform(0.05, 0.2, (outliers, 2))
    return Observations(points, rays, depths, ray_std, np.full(count, depth_std))


def test_kabsch_recovers_a_batch_of_motions_and_never_mirrors():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(5, 4, 3))
    truth = [make_transform(r.as_matrix(), [1, 2, 3]) for r in Rotation.random(5, random_state=0)]
    target = np.array([transform_points(t, s) for t, s in zip(truth, source, strict=True)])
    assert kabsch(source, target) == pytest.approx(np.array(truth), abs=1e-9)
    mirrored = source * (-1, 1, 1)
    assert np.linalg.det(kabsch(source, mirrored)[:, :3, :3]) == pytest.approx(np.ones(5))


def test_ransac_finds_the_rigid_majority():
    seen = observe(outliers=25)
    pose, inliers = ransac_pose(seen, np.eye(4), np.random.default_rng(0))
    assert not inliers[:25].any()
    assert inliers[25:].mean() > 0.8
    assert np.linalg.norm(difference(pose, TRUTH)[:3]) < 0.005


def test_refinement_is_as_good_as_its_covariance_says():
    nees = []
    for seed in range(60):
        pose, covariance = refine_pose(TRUTH, observe(seed=seed))
        error = difference(pose, TRUTH)
        nees.append(error @ np.linalg.solve(covariance, error))
    assert np.mean(nees) == pytest.approx(6, abs=1.5)


def test_refinement_does_without_depth():
    seen = observe(ray_std=0.0002)
    blind = Observations(seen.points, seen.rays, np.zeros(60), seen.ray_std, seen.depth_std)
    start = perturbed(TRUTH, np.array([0.01, 0, 0.01, 0.05, 0, 0]))
    pose, covariance = refine_pose(start, blind)
    assert np.linalg.norm(difference(pose, TRUTH)[:3]) < 0.003
    # Depth is what is missing: along the optical axis it is least certain.
    assert covariance[2, 2] > covariance[0, 0]


def test_inliers_of_many_poses_at_once():
    seen = observe()
    far = perturbed(TRUTH, np.array([0.05, 0, 0, 0, 0, 0]))
    good, bad = inliers_of(np.array([TRUTH, far]), seen)
    assert good.mean() > 0.95 and not bad.any()


def test_difference_undoes_perturbation():
    error = np.array([0.1, -0.2, 0.3, 0.4, -0.5, 0.6])
    assert difference(perturbed(TRUTH, error), TRUTH) == pytest.approx(error)
