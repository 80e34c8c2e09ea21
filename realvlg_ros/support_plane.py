"""The plane that objects stand on, found in one depth image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .arrays import BoolArray, FloatArray
from .depth_noise import DepthNoise
from .errors import SupportPlaneError
from .frame import RgbdFrame

# Points looked at: a grid over the image, coarse to choose the plane and finer to fit it; planes
# tried, and how many are compared. Chosen: bounds the work of a frame.
_COARSE_POINTS = 1500
_FINE_POINTS = 6000
_HYPOTHESES = 400
_MAX_CANDIDATES = 4
# A support covers at least this share of the readings, or it is some object's face. Chosen: low,
# since clutter hides most of a table.
_MIN_SHARE = 0.06
# The support may tilt this much against the horizontal when `up` is known. Chosen: bins are
# tilted, walls are not nearly level.
_MAX_TILT_RAD = np.radians(20)
# Heights at which a point counts as part of something that stands on the plane, m. Chosen: more
# than the relief of a support, since with 8 mm the tops of things in a real, full tote pass for
# what carries the rest; no taller than what a hand holds.
_CARRIED_M = (0.012, 0.35)
# A support that is seen is that which is known otherwise within this angle and this distance along
# the normal. Chosen: what a calibration of the camera leaves.
_SAME_TILT_RAD = np.radians(5.0)
_SAME_DISTANCE_M = 0.03


@dataclass(frozen=True)
class SupportPlane:
    """The plane normal . p + offset = 0 in the camera's optical frame.

    Attributes:
        normal: (3,) unit vector from the support toward its free side, where the camera is.
        offset: distance from the plane to the camera's centre, m; positive.
        rms: root mean square distance of the inliers from the plane, m.
        inliers: number of sampled points that lie on the plane within the depth noise; 0 of a
            plane that was not found in this depth.
    """

    normal: FloatArray
    offset: float
    rms: float
    inliers: int

    def height(self, points: npt.ArrayLike) -> FloatArray:
        """Signed height (...) above the plane of points (..., 3), m; positive is the free side."""
        return np.asarray(points) @ self.normal + self.offset

    def seen_from(self, other2frame: FloatArray) -> SupportPlane:
        """The same plane in another frame, by the pose (4x4) of that frame in this one."""
        normal = other2frame[:3, :3].T @ self.normal
        offset = float(self.normal @ other2frame[:3, 3] + self.offset)
        return SupportPlane(normal, offset, self.rms, self.inliers)


def known_support(frame: RgbdFrame) -> SupportPlane | None:
    """The support of a frame as it is known otherwise than from its depth; None if it is not."""
    if frame.support is None:
        return None
    return SupportPlane(frame.support[:3], float(frame.support[3]), 0.0, 0)


def seen_or_known_support(frame: RgbdFrame, up: FloatArray | None) -> SupportPlane | None:
    """The support that the depth shows, unless it is another than the one known otherwise.

    In a part of an image, or beside a bin, the largest plane may be a thing's.

    Args:
        frame: colour and depth.
        up: (3,) unit vector opposite to gravity in the optical frame, if known.

    Returns:
        The plane; None where none is seen and none is known.
    """
    known = known_support(frame)
    try:
        found = find_support_plane(frame, up)
    except SupportPlaneError:
        return known
    if known is None:
        return found
    tilt = np.arccos(np.clip(found.normal @ known.normal, -1.0, 1.0))
    agree = tilt < _SAME_TILT_RAD and abs(found.offset - known.offset) < _SAME_DISTANCE_M
    return found if agree else known


def find_support_plane(frame: RgbdFrame, up: FloatArray | None = None) -> SupportPlane:
    """Find the plane that objects stand on: a table, a shelf's board, the floor of a bin.

    RANSAC on a coarse grid proposes a few planes; the one chosen is large, carries things and
    faces up; a least-squares fit on a finer grid refines it. Equal input gives an equal result.

    Args:
        frame: colour and depth.
        up: (3,) unit vector opposite to gravity in the optical frame. Without it the image is
            taken to be roughly upright, which only matters to choose between table and wall.

    Raises:
        SupportPlaneError: no plane is large enough, or none is level.
    """
    grid = _sample(frame, _COARSE_POINTS)
    points = grid[grid[..., 2] > 0]
    if len(points) < 50:
        raise SupportPlaneError(
            f'only {len(points)} of {_COARSE_POINTS} sampled pixels have depth; '
            'check the depth stream or move the camera back'
        )
    planes = _propose(grid, up, frame.noise)
    if not planes:
        level = (
            '' if up is None else f' and is within {np.degrees(_MAX_TILT_RAD):.0f} deg of level'
        )
        raise SupportPlaneError(
            f'no plane holds {_MIN_SHARE:.0%} of the depth readings{level}; '
            'let the camera see more of the surface that objects stand on'
        )
    best = max(planes, key=lambda plane: _merit(plane, grid, up, frame.noise))
    fine = _sample(frame, _FINE_POINTS)
    return _refine(best, fine[fine[..., 2] > 0], frame.noise)


def _sample(frame: RgbdFrame, count: int) -> FloatArray:
    """Points (rows, columns, 3) of about count pixels, m; z is 0 where there is no reading."""
    step = max(1, int(np.sqrt(frame.depth.size / count)))
    depth = frame.depth[step // 2 :: step, step // 2 :: step].astype(np.float64)
    rays = frame.camera.rays[step // 2 :: step, step // 2 :: step]
    return np.dstack([rays * depth[..., None], depth])


def _propose(grid: FloatArray, up: FloatArray | None, noise: DepthNoise) -> list[FloatArray]:
    """Planes (4,) that hold many of the grid's points (rows, columns, 3), largest first."""
    points = grid[grid[..., 2] > 0]
    hypotheses = _hypothesize(grid)
    if up is not None:
        hypotheses = hypotheses[hypotheses[:, :3] @ up > np.cos(_MAX_TILT_RAD)]
    tolerance = noise.tolerance(points[:, 2])
    on_plane = np.abs(hypotheses[:, :3] @ points.T + hypotheses[:, 3:]) < tolerance
    votes = on_plane.astype(np.float32)
    free = np.ones(len(points), np.float32)
    planes: list[FloatArray] = []
    while len(hypotheses) and len(planes) < _MAX_CANDIDATES:
        counts = votes @ free
        best = int(np.argmax(counts))
        if counts[best] < _MIN_SHARE * len(points):
            break
        plane = _fit(points[on_plane[best] & (free > 0)], noise)
        if up is None or plane[:3] @ up > np.cos(_MAX_TILT_RAD):
            planes.append(plane)
        free[np.abs(points @ plane[:3] + plane[3]) < 2 * tolerance] = 0
        free[on_plane[best]] = 0
    return planes


def _hypothesize(grid: FloatArray) -> FloatArray:
    """Planes (n, 4) through triplets of neighbours in a grid of points (rows, columns, 3)."""
    random = np.random.default_rng(0)
    rows, columns = grid.shape[:2]
    # Triplets within a part of the view lie on one surface more often than scattered ones.
    reach = rows * random.choice([0.1, 0.2, 0.4], size=(_HYPOTHESES, 1))
    seeds = random.random((_HYPOTHESES, 1, 2)) * (rows, columns)
    pixels = seeds + random.uniform(-1, 1, (_HYPOTHESES, 3, 2)) * reach[..., None]
    pixels = np.clip(pixels.astype(int), 0, (rows - 1, columns - 1))
    triplets = grid[pixels[..., 0], pixels[..., 1]]
    triplets = triplets[np.all(triplets[..., 2] > 0, axis=1)]
    normals = np.cross(triplets[:, 1] - triplets[:, 0], triplets[:, 2] - triplets[:, 0])
    length = np.linalg.norm(normals, axis=1)
    keep = length > 1e-6
    normals = normals[keep] / length[keep, None]
    offsets = -np.sum(normals * triplets[keep, 0], axis=1)
    return _toward_camera(np.column_stack([normals, offsets]))


def _toward_camera(planes: FloatArray) -> FloatArray:
    """Planes (..., 4) with the sign that gives the camera's centre a positive height."""
    return np.where(planes[..., 3:] < 0, -planes, planes)


def _fit(points: FloatArray, noise: DepthNoise) -> FloatArray:
    """Total least-squares plane (4,) of points (n, 3), weighted by their depth noise."""
    weights = noise.tolerance(points[:, 2]) ** -2
    center = weights @ points / weights.sum()
    offsets = points - center
    _, vectors = np.linalg.eigh((offsets * weights[:, None]).T @ offsets)
    normal = vectors[:, 0]
    return _toward_camera(np.append(normal, -normal @ center))


def _merit(plane: FloatArray, grid: FloatArray, up: FloatArray | None, noise: DepthNoise) -> float:
    """How well a plane (4,) serves as the support of a scene's points (rows, columns, 3)."""
    read = grid[..., 2] > 0
    heights = grid @ plane[:3] + plane[3]
    tolerance = noise.tolerance(grid[..., 2])
    on_plane = read & (np.abs(heights) < tolerance)
    above = read & (heights > np.maximum(tolerance, _CARRIED_M[0])) & (heights < _CARRIED_M[1])
    below = read & (heights < -2 * tolerance)
    base = grid[on_plane & _main_part(on_plane)]
    carried = _count_inside(base, grid[above], plane[:3])
    # Nothing is seen through a support, though what lies under a table is seen past its edge; a
    # plane along the tops of things is crossed by lines of sight.
    through = grid[below] * (plane[3] / (plane[3] - heights[below]))[:, None]
    carried -= _count_inside(base, through, plane[:3])
    merit = float(on_plane.sum() ** 0.75 * max(carried + 0.03 * read.sum(), 1.0))
    if up is not None:
        return merit
    # An upright camera sees a table's normal point up in the image, a wall's point at it or
    # (camera looking down) down, and a side wall's point sideways.
    x, y, z = plane[:3]
    upright = np.clip(0.3 - y - 0.3 * z - 0.5 * abs(x), 0.05, None)
    # It does not look along the support, as it may along the walls of a bin.
    return merit * float(upright * np.clip(0.2 - 1.6 * z, 0.2, 1.0))


def _main_part(found: BoolArray) -> BoolArray:
    """The largest connected part of places (rows, columns) in an image, gaps of one bridged.

    A plane also meets things far away that are no part of the surface it was found on.
    """
    bridged = cv2.dilate(found.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels = cv2.connectedComponents(bridged)
    counts = np.bincount(labels[found], minlength=2)
    return np.asarray(labels == 1 + counts[1:].argmax())


def _count_inside(base: FloatArray, points: FloatArray, normal: FloatArray) -> int:
    """How many points (n, 3) stand over the convex hull of the base points (m, 3)."""
    if len(base) < 3 or len(points) == 0:
        return 0
    axis_u = np.cross(normal, (0.0, 1.0, 0.0) if abs(normal[0]) > 0.5 else (1.0, 0.0, 0.0))
    axis_u /= np.linalg.norm(axis_u)
    axes = np.column_stack([axis_u, np.cross(normal, axis_u)])
    hull = cv2.convexHull((base @ axes).astype(np.float32))[:, 0]
    edges = np.roll(hull, -1, axis=0) - hull
    offsets = (points @ axes)[:, None] - hull
    side = edges[:, 0] * offsets[..., 1] - edges[:, 1] * offsets[..., 0]
    return int((np.all(side >= 0, axis=1) | np.all(side <= 0, axis=1)).sum())


def _refine(plane: FloatArray, points: FloatArray, noise: DepthNoise) -> SupportPlane:
    """Fit the plane (4,) to the finer points (n, 3) near it, twice."""
    tolerance = noise.tolerance(points[:, 2])
    for factor in (1.5, 1.0):
        near = np.abs(points @ plane[:3] + plane[3]) < factor * tolerance
        plane = _fit(points[near], noise)
    heights = points @ plane[:3] + plane[3]
    near = np.abs(heights) < tolerance
    rms = float(np.sqrt(np.mean(heights[near] ** 2)))
    return SupportPlane(plane[:3], float(plane[3]), rms, int(near.sum()))
