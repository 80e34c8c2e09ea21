"""The surface of one object as points with normals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from ...arrays import BoolArray, FloatArray, IndexArray
from ...transforms import transform_points
from .contour import SHADOW_PX, fill_own_border, fill_shadows, find_contour
from .foreign_readings import foreign_readings
from .low_edges import low_sides
from .missing_readings import accounted_share
from .normals import depth_slopes, find_flying_pixels, fit_normals
from .scene import OWN_BORDER_PX, SUPPORT_RELIEF, Scene
from .truncation import Truncation, nearest_beside, toward_border

# Connected parts of the mask's cloud smaller than this share of the largest are outliers; parts
# are separate where an empty cell of this size, m, lies between them. Chosen: a part that a
# gripper could hold has a larger share; readings of one surface are closer together.
_MIN_PART = 0.1
_PART_CELL = 0.012
# Least number of points of a surface. Chosen: about as many as a window for normals holds.
_MIN_POINTS = 30
# Of an object of more pixels only every other row and column is read. Chosen: ten times the number
# of points that are kept.
_DENSE = 9000
# Readings in the mask at a smaller height may be of the support beside the object's foot, m.
# Chosen: less than SUPPORT_RELIEF, since the mask is evidence for the object here.
_FOOT = 0.003
# Smallest size of the voxels in which points are averaged, m. Chosen: a few readings at 0.6 m.
_CELL = 0.003
# Number of nearest points that represent a contact. Chosen: about as many as a contact has.
_TOUCHED = 8
# A thing of whose border this share is a low side has no hidden side. Chosen: the rest may be
# hidden by a neighbour.
_FLAT_SHARE = 0.5
# Margin around the object in which its contour is searched, px. Chosen: one more than COVER_PX.
_MARGIN_PX = 4


@dataclass(frozen=True)
class TargetCloud:
    """Surface points of an object in the support frame.

    Attributes:
        points: (n, 3) m.
        normals: (n, 3) unit, outward.
        observed: (n,) True where the camera saw the surface, False where it is assumed.
        count: readings that were averaged to the observed points.
        support_ratio: share of the mask's pixels with a usable reading.
        accounted: the same, with those in small holes among them, and those that are too dark
            for a reading.
        cuts: where the view of the object is truncated.
        uncertain: (k,) indices of assumed points whose position is uncertain due to truncation.
        outline: (m, 3) points on occluding contours, m.
        flat: whether it is a low thing whose sides are seen, by its border, nearly all around.
    """

    points: FloatArray
    normals: FloatArray
    observed: BoolArray
    count: int
    support_ratio: float = 1.0
    accounted: float = 1.0
    cuts: Truncation = field(default_factory=Truncation.none)
    uncertain: IndexArray = field(default_factory=lambda: np.zeros(0, np.intp))
    outline: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))
    flat: bool = False

    @classmethod
    def from_scene(cls, scene: Scene, max_points: int = 900) -> TargetCloud:
        """Filter and downsample the mask's readings, and fit normals.

        Args:
            scene: the frame, the object's mask and the support.
            max_points: largest number of points that are kept.

        Returns:
            The cloud, in the support frame; without points where too few readings were usable.
        """
        rows, columns = np.nonzero(scene.mask)
        step = 1 if len(rows) < _DENSE else 2
        box = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
        region = _window(box, _MARGIN_PX * step, step)
        depth = scene.frame.depth[region].astype(np.float64)
        rays = scene.frame.camera.rays[region]
        valid = scene.mask[region] & (depth > 0)
        sigma = scene.frame.noise.sigma(depth)
        valid &= ~find_flying_pixels(depth, valid, 3 * sigma + 0.004 * depth)
        read = int(valid.sum())
        if scene.plane is not None:
            with np.errstate(invalid='ignore'):
                valid &= scene.heights[region] > _FOOT + sigma
        jump = 0.008 + 5 * sigma
        filled, nearest = _surroundings(scene, region, step)
        valid &= ~foreign_readings(depth, scene.mask[region], nearest, jump)
        if valid.sum() < _MIN_POINTS:
            return cls.empty()
        focal = scene.frame.camera.fx / step
        radius = int(np.clip(round(0.005 * focal / np.median(depth[valid])), 2, 7))
        normals, _ = fit_normals(rays, depth, valid, radius, sigma)
        valid &= np.any(normals != 0, axis=-1)
        if not valid.any():
            return cls.empty()
        camera_points = np.dstack([rays * depth[..., None], depth])
        border = toward_border(scene.mask.shape, region)
        cuts = Truncation.of_region(camera_points, normals, valid, nearest < depth - jump, border)
        slope = depth_slopes(normals, rays, depth)
        filled, known = fill_own_border(filled, depth, scene.mask[region], valid, OWN_BORDER_PX)
        edge = find_contour(filled, scene.mask[region], known, jump, slope)
        points = np.concatenate([camera_points[valid], edge.points(rays)])
        normals = np.concatenate([normals[valid], edge.normals(rays)])
        points = transform_points(scene.camera2support, points)
        own, ends, flat = int(valid.sum()), len(points), False
        normals = normals @ scene.camera2support[:3, :3].T
        if scene.plane is not None:
            sides = low_sides(scene, region, _FOOT + sigma / 2)
            points = np.concatenate([points, sides.points])
            normals = np.concatenate([normals, sides.normals])
            flat = sides.share > _FLAT_SHARE
        keep = _main_parts(points)
        if scene.plane is not None:
            keep &= points[:, 2] > _FOOT
        if keep.sum() < _MIN_POINTS:
            return cls.empty()
        # Many readings of a flat thing are as low as noise; its border says where it is.
        usable = float((read if flat else own) / scene.mask[region].sum())
        return replace(
            cls._thin(points[keep], normals[keep], max_points),
            support_ratio=usable,
            accounted=max(usable, accounted_share(scene, region, valid)),
            cuts=cuts.moved(scene.camera2support),
            outline=points[own:ends][keep[own:ends]],
            flat=flat,
        )

    @classmethod
    def empty(cls) -> TargetCloud:
        """A cloud without points."""
        return cls(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0, bool), 0)

    @classmethod
    def _thin(cls, points: FloatArray, normals: FloatArray, max_points: int) -> TargetCloud:
        """Average points and normals in voxels, as small as the number of points allows."""
        size = _CELL
        # Opposite faces of a thin wall must not be averaged, nor a top face with the wall below.
        main = np.abs(normals).argmax(axis=1)
        facing = 2 * main + (np.take_along_axis(normals, main[:, None], 1)[:, 0] > 0)
        while True:
            cells = np.floor(points / size).astype(np.int64)
            span = cells - cells.min(axis=0)
            extent = span.max(axis=0) + 1
            key = ((span[:, 0] * extent[1] + span[:, 1]) * extent[2] + span[:, 2]) * 6 + facing
            _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
            if len(counts) <= max_points:
                break
            size *= max(1.1, (len(counts) / max_points) ** 0.5)
        mean = [
            np.stack([np.bincount(inverse, a[:, k]) / counts for k in range(3)], axis=1)
            for a in (points, normals)
        ]
        directions = mean[1] / np.maximum(np.linalg.norm(mean[1], axis=1, keepdims=True), 1e-9)
        return cls(mean[0], directions, np.ones(len(counts), bool), len(points))

    def with_assumed(
        self, points: FloatArray, normals: FloatArray, uncertain: bool = False
    ) -> TargetCloud:
        """This cloud with assumed points, marked as not observed.

        Args:
            points: (n, 3) in the support frame, m.
            normals: (n, 3) unit, outward.
            uncertain: whether their position is uncertain due to truncation.
        """
        added = np.arange(len(self.points), len(self.points) + len(points))
        return replace(
            self,
            points=np.concatenate([self.points, points]),
            normals=np.concatenate([self.normals, normals]),
            observed=np.concatenate([self.observed, np.zeros(len(points), bool)]),
            uncertain=np.concatenate([self.uncertain, added]) if uncertain else self.uncertain,
        )

    def has_uncertain_contact(self, contacts: FloatArray) -> BoolArray:
        """Which grasps (n,) touch points of uncertain position with at least one finger.

        Args:
            contacts: (n, 2, 3) in the support frame, m.
        """
        if len(self.uncertain) == 0 or len(contacts) == 0:
            return np.zeros(len(contacts), bool)
        uncertain = np.zeros(len(self.points), bool)
        uncertain[self.uncertain] = True
        _, nearest = KDTree(self.points).query(contacts, k=min(_TOUCHED, len(uncertain)))
        return np.asarray((uncertain[nearest].mean(axis=-1) > 0.5).any(axis=1))

    @cached_property
    def center(self) -> FloatArray:
        """Centre (3,) of the bounding box without outliers, m: estimates the centre of mass."""
        low, high = np.percentile(self.points, (2, 98), axis=0)
        return np.asarray((low + high) / 2)


def _window(box: tuple[int, int, int, int], margin: int, step: int) -> tuple[slice, slice]:
    """Rows and columns of every step-th pixel of a box and a margin around it."""
    top, bottom, left, right = box
    return (
        slice(max(top - margin, top % step), bottom + margin, step),
        slice(max(left - margin, left % step), right + margin, step),
    )


def _surroundings(
    scene: Scene, region: tuple[slice, slice], step: int
) -> tuple[FloatArray, FloatArray]:
    """Depth (h, w) with the holes beside the object filled, and depth of adjoining things, m."""
    wide = tuple(
        slice(
            max(part.start - SHADOW_PX * step, part.start % step),
            part.stop + SHADOW_PX * step,
            step,
        )
        for part in region
    )
    depth, mask = scene.frame.depth[wide].astype(np.float64), scene.mask[wide]
    support = np.zeros(mask.shape, bool)
    if scene.plane is not None:
        with np.errstate(invalid='ignore'):
            support = scene.heights[wide] < SUPPORT_RELIEF + 2 * scene.frame.noise.sigma(depth)
    inner = tuple(
        slice((part.start - around.start) // step, None)
        for part, around in zip(region, wide, strict=True)
    )
    height, width = scene.mask[region].shape
    filled = fill_shadows(depth, mask)[inner][:height, :width]
    return filled, nearest_beside(depth, mask, support, SHADOW_PX)[inner][:height, :width]


def _main_parts(points: FloatArray) -> BoolArray:
    """Points (n,) of the largest connected part and of others of comparable size."""
    cells = np.floor((points - points.min(axis=0)) / _PART_CELL).astype(np.int64)
    shape = cells.max(axis=0) + 1
    if np.prod(shape) > 4_000_000:
        near = np.abs(points - np.median(points, axis=0)).max(axis=1) < 0.4
        return np.asarray(near)
    grid = np.zeros(shape, bool)
    grid[tuple(cells.T)] = True
    labels, _ = ndimage.label(grid, np.ones((3, 3, 3)))
    part = labels[tuple(cells.T)]
    counts = np.bincount(part)
    return np.asarray(counts[part] >= _MIN_PART * counts.max())
