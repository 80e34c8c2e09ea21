"""Why the hot path has no Open3D: normals of an object's cloud, by the image and by a tree."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from benchmarks.lift.analytic_scenes import LiftCase, lift_cases
from benchmarks.report import Report, argument_parser, measure_ms
from realvlg_ros.arrays import BoolArray, FloatArray
from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.grasping.observation.normals import fit_normals
from realvlg_ros.open3d_adapter import downsample, estimate_normals

_MARGIN_PX = 8
_RADIUS_PX = 5


def region_around(mask: BoolArray) -> tuple[slice, slice]:
    """Rows and columns of a mask with a margin."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(rows[0] - _MARGIN_PX, 0), rows[-1] + _MARGIN_PX + 1),
        slice(max(columns[0] - _MARGIN_PX, 0), columns[-1] + _MARGIN_PX + 1),
    )


def run(case: LiftCase, repeats: int) -> dict[str, Any]:
    """Times (ms) and median errors (degrees) of both on one lying cylinder."""
    frame = case.noisy_frame(1)
    region = region_around(case.mask)
    rays, depth = frame.camera.rays[region], frame.depth[region].astype(np.float64)
    valid = (depth > 0) & case.mask[region]
    points = frame.points[region].astype(np.float64)
    truth = _cylinder_normals(case, points)
    sigma = frame.noise.sigma(depth)

    def fit() -> FloatArray:
        return fit_normals(rays, depth, valid, _RADIUS_PX, sigma)[0]

    ours = fit()
    times = {'image': measure_ms(fit, repeats)}
    errors = {'image': _median_error(ours[valid], truth[valid])}
    radius = _RADIUS_PX * case.distance / case.camera.fx
    cloud = points[valid]
    try:
        found = estimate_normals(cloud, radius)
    except MissingDependencyError as error:
        print(f"Open3D's half is left out: {error}")
    else:
        times['open3d'] = measure_ms(lambda: estimate_normals(cloud, radius), repeats)
        errors['open3d'] = _median_error(found, truth[valid])
        times['open3d_voxel'] = measure_ms(lambda: downsample(cloud, 0.003), repeats)
    return {'points': int(valid.sum()), 'times': times, 'errors': errors}


def _cylinder_normals(case: LiftCase, points: FloatArray) -> FloatArray:
    """The true normals of a lying cylinder at points (..., 3)."""
    truth = case.truth
    along = np.cross(truth.axis, truth.approach)
    offset = points - truth.center
    radial = offset - (offset @ along)[..., None] * along
    return np.asarray(radial / np.linalg.norm(radial, axis=-1, keepdims=True))


def _median_error(found: FloatArray, truth: FloatArray) -> float:
    cosine = np.clip((found * truth).sum(axis=-1), -1, 1)
    return math.degrees(float(np.median(np.arccos(cosine))))


def _import_ms() -> float:
    start = time.perf_counter()
    try:
        import open3d  # noqa: F401
    except ImportError:
        return math.nan
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Run the benchmark."""
    arguments = argument_parser('point_clouds', 'Normals by image and by Open3D.').parse_args()
    report = Report('point_clouds')
    load_ms = _import_ms()
    case = [c for c in lift_cases(2) if c.shape == 'lying cylinder'][-1]
    result = run(case, 5 if arguments.quick else 30)
    report.add('points', result['points'])
    for name, times in result['times'].items():
        report.add_timing(name, times)
    for name, error in result['errors'].items():
        report.add(f'{name}_normal_error_median_deg', error)
    if 'open3d' in result['times']:
        report.add('open3d_import_ms', load_ms)
        medians = {name: float(np.median(t)) for name, t in result['times'].items()}
        report.add('open3d_over_image_time', medians['open3d'] / medians['image'])
    report.finish(arguments.json)


if __name__ == '__main__':
    main()
