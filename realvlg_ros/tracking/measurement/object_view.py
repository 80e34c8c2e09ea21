"""What an object looked like in one frame: features, surface points and mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import ByteArray, Float32Array, FloatArray, IntArray
from ...camera import Camera
from ...image_region import RegionMask
from ...transforms import invert, rotation_angle, transform_points
from ..memory.contrast import Contrast, strongest_contrast
from ..memory.key_frames import KeyFrame
from ..settings import TrackerSettings
from .template import Template, pyramid, sample, structured_pixels

# Context kept around the object in its image, px. Chosen: what the largest patch at the border
# needs to be warped.
MARGIN_PX = 24
# Points of the surface that are compared with a frame. Chosen: enough for a share of 1 %, few
# enough for camera rate.
_SURFACE_POINTS = 180
# A depth step within a patch larger than this, m, is an edge between two surfaces. Chosen: above
# the noise of depth at 1 m.
_EDGE_M = 0.012


@dataclass(frozen=True)
class ObjectView:
    """An object as it appeared in one frame, in the coordinates of the object.

    Attributes:
        image: crop of the frame around the object, in its contrast.
        contrast: of the image.
        origin: column and row of the crop in the frame.
        pixels: (n, 2) features, px in the frame.
        points: (n, 3) the same on the surface in the object frame, m.
        surface: (m, 3) points spread over the visible surface in the object frame, m.
        normals: (m, 3) unit normals there.
        template: grey values at structured points.
        mask: of the object in the frame.
        camera2object: 4x4 pose of the camera in the object frame.
        camera: intrinsics.
    """

    image: ByteArray
    contrast: Contrast
    origin: tuple[int, int]
    pixels: FloatArray
    points: FloatArray
    surface: FloatArray
    normals: FloatArray
    template: Template
    mask: RegionMask
    camera2object: FloatArray
    camera: Camera

    @property
    def center(self) -> FloatArray:
        """Middle of the visible surface (3,) in the object frame, m."""
        return np.asarray(self.surface.mean(axis=0))

    def angle_to(self, object2camera: FloatArray) -> float:
        """How differently the object is seen at a pose, rad.

        The angle between the directions from which it is seen; a turn in the image, which hides
        nothing, counts for a quarter.
        """
        ours = self.camera2object[:3, 3] - self.center
        other = invert(object2camera)[:3, 3] - self.center
        cosine = ours @ other / (np.linalg.norm(ours) * np.linalg.norm(other) + 1e-12)
        turn = rotation_angle(object2camera[:3, :3] @ self.camera2object[:3, :3])
        return max(float(np.arccos(np.clip(cosine, -1, 1))), turn / 4)

    def scale_to(self, object2camera: FloatArray) -> float:
        """Size of the object in another view over its size in this one."""
        here = float(np.linalg.norm(self.camera2object[:3, 3] - self.center))
        there = float(np.linalg.norm(transform_points(object2camera, self.center)))
        return here / max(there, 1e-6)


def make_view(
    key: KeyFrame,
    mask: RegionMask,
    object2camera: FloatArray,
    settings: TrackerSettings,
) -> ObjectView | None:
    """View an object through its mask; None when fewer than 3 of its pixels have depth.

    Args:
        key: the frame.
        mask: of the object in it.
        object2camera: 4x4 pose.
        settings: of the features.
    """
    camera, depth = key.camera, key.depth
    low, high = _around(mask, camera)
    region = _in_crop(mask, (int(high[1] - low[1]), int(high[0] - low[0])), low)
    contrast = strongest_contrast(key.color[low[1] : high[1], low[0] : high[0]], region)
    image = key.crop(low, high, contrast).copy()
    camera2object = invert(object2camera)
    surface, normals = _surface(depth, camera, region, low)
    if len(surface) < 3:
        return None
    pixels = _features(image, region, settings.max_features) + low
    z = surface_depth(depth, pixels)
    pixels, z = pixels[z > 0], z[z > 0]
    return ObjectView(
        image, contrast, (int(low[0]), int(low[1])), pixels,
        transform_points(camera2object, camera.deproject(pixels, z)),
        transform_points(camera2object, surface),
        normals @ camera2object[:3, :3].T,
        _template(image, region, low, depth, camera, camera2object),
        mask, camera2object, camera,
    )  # fmt: skip


def surface_depth(depth: Float32Array, pixels: FloatArray, radius: int = 2) -> FloatArray:
    """Depth (n,) at pixels (n, 2), averaged over the nearer surface of a small patch; 0 if none.

    At the border of an object the patch shows two surfaces: the nearer one is the object's.

    Args:
        depth: (height, width) m, 0 without a reading.
        pixels: (n, 2) column and row.
        radius: of the patch, px.
    """
    height, width = depth.shape
    offsets = np.arange(-radius, radius + 1)
    columns = np.rint(pixels[:, 0]).astype(int)[:, None, None] + offsets[None, None, :]
    rows = np.rint(pixels[:, 1]).astype(int)[:, None, None] + offsets[None, :, None]
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    patch = depth[np.clip(rows, 0, height - 1), np.clip(columns, 0, width - 1)].astype(np.float64)
    patch = np.where(inside & (patch > 0), patch, np.nan).reshape(len(pixels), len(offsets) ** 2)
    read = np.isfinite(patch)
    near = np.where(read, patch, np.inf).min(axis=1, initial=np.inf)[:, None]
    middle = patch[:, patch.shape[1] // 2, None]
    # Around a reading of that surface itself both sides count equally: it may be steep.
    around = np.where(middle <= near + _EDGE_M, middle, near)
    surface = read & (np.abs(patch - around) <= _EDGE_M)
    count = surface.sum(axis=1)
    mean = np.where(surface, patch, 0.0).sum(axis=1) / np.maximum(count, 1)
    # A lone reading in front of everything else is a flying pixel, not a surface.
    return np.where(count >= 3, mean, 0.0)


def _around(mask: RegionMask, camera: Camera) -> tuple[IntArray, IntArray]:
    """First and last + 1 column and row of the crop that holds a mask and its context."""
    rows, columns = mask.data.shape
    first = np.array([mask.x_offset, mask.y_offset])
    low = np.maximum(first - MARGIN_PX, 0)
    high = np.minimum(first + (columns, rows) + MARGIN_PX, (camera.width, camera.height))
    return low, high


def _in_crop(mask: RegionMask, shape: tuple[int, int], origin: IntArray) -> ByteArray:
    region = np.zeros(shape, np.uint8)
    x, y = mask.x_offset - origin[0], mask.y_offset - origin[1]
    rows, columns = mask.data.shape
    region[y : y + rows, x : x + columns] = mask.data
    return region


def _features(crop: ByteArray, region: ByteArray, count: int) -> FloatArray:
    """Corners (n, 2) in the crop: inside the object, and on its outline where those are few.

    The outline of a round object is not attached to it, so it comes second.
    """
    spacing = max(3.0, float(np.sqrt(region.sum() / count)) / 2)
    inner = cv2.erode(region, np.ones((7, 7), np.uint8))
    corners = _corners(crop, inner, count, spacing)
    if len(corners) < count // 2:
        outline = cv2.dilate(region, np.ones((3, 3), np.uint8)) - inner
        more = _corners(crop, outline, count - len(corners), spacing)
        corners = np.concatenate([corners, more])
    return corners


def _corners(crop: ByteArray, region: ByteArray, count: int, spacing: float) -> FloatArray:
    found = cv2.goodFeaturesToTrack(crop, count, 0.02, spacing, mask=region, blockSize=5)
    return np.zeros((0, 2)) if found is None else found.reshape(-1, 2).astype(np.float64)


def _template(
    crop: ByteArray,
    region: ByteArray,
    origin: IntArray,
    depth: Float32Array,
    camera: Camera,
    camera2object: FloatArray,
) -> Template:
    levels = pyramid(crop)
    # The outline itself holds an object without texture: look a little beyond the mask for it.
    pixels = structured_pixels(levels[0], cv2.dilate(region, np.ones((5, 5), np.uint8)))
    z = surface_depth(depth, pixels + origin)
    pixels, z = pixels[z > 0], z[z > 0]
    points = transform_points(camera2object, camera.deproject(pixels + origin, z))
    values = np.array([sample(image, pixels, level) for level, image in enumerate(levels)])
    return Template(points, values)


def _surface(
    depth: Float32Array,
    camera: Camera,
    region: ByteArray,
    origin: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Points (m, 3) spread over the masked surface in the camera frame, and their normals."""
    inner = cv2.erode(region, np.ones((5, 5), np.uint8))
    rows, columns = np.nonzero(inner if inner.sum() >= 30 else region)
    stride = max(1, len(rows) // _SURFACE_POINTS)
    pixels: FloatArray = np.stack([columns[::stride], rows[::stride]], axis=1).astype(np.float64)
    pixels += origin
    z = surface_depth(depth, pixels)
    aside, below = np.array([4.0, 0.0]), np.array([0.0, 4.0])
    right = surface_depth(depth, pixels + aside) - surface_depth(depth, pixels - aside)
    down = surface_depth(depth, pixels + below) - surface_depth(depth, pixels - below)
    keep = (z > 0) & (np.abs(right) < 2 * _EDGE_M) & (np.abs(down) < 2 * _EDGE_M)
    z, right, down, pixels = z[keep], right[keep], down[keep], pixels[keep]
    points = camera.deproject(pixels, z)
    rays = points / z[:, None]
    # Tangents along the image axes from the depth's slope; their cross product is the normal.
    along_x = rays * right[:, None] + (8 * z / camera.fx)[:, None] * np.array([1.0, 0, 0])
    along_y = rays * down[:, None] + (8 * z / camera.fy)[:, None] * np.array([0, 1.0, 0])
    normals = np.cross(along_y, along_x)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return points, normals
