"""Local surface fits on an organised depth image: normals and flying pixels.

A plane n . p = d is linear in inverse depth over the pixel's ray (x/z, y/z, 1): 1/z = n . ray / d.
Sums over windows give a least-squares fit at every pixel at once.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray

# Least share of a window's pixels with a reading for a normal. Chosen: a right-angled corner
# covers a quarter.
_MIN_FILL = 0.3
# Readings of a surface whose normal has a smaller cosine to the line of sight are noisier than the
# noise model says, or belong to what surrounds the surface. Measured by test_revolution_axis.py,
# where the axis of cans is 0.40 mm off with 0.15 and 0.35 mm with 0.25, and by benchmarks.lift,
# where 0.15 to 0.3 make no difference.
GRAZING_COSINE = 0.25
# Least cosine between the normal of a surface with readings and the line of sight. From Nguyen,
# Izadi and Lovell (2012): a depth camera has hardly any readings beyond 80 to 82 degrees.
_STEEPEST = 0.15


def fit_normals(
    rays: FloatArray, depth: FloatArray, valid: BoolArray, radius: int, sigma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fit a plane around every pixel.

    A window centred on a pixel near a crease mixes two faces. Where its readings scatter by more
    than noise explains, the one of the windows shifted by their radius with the least residual is
    taken instead (as in the Kuwahara filter).

    Args:
        rays: (h, w, 2) x/z and y/z.
        depth: (h, w) m.
        valid: (h, w) pixels to use.
        radius: half the window's size, px.
        sigma: (h, w) standard deviation of the readings, m.

    Returns:
        Unit normals (h, w, 3) that face the camera, in the optical frame, zero without a fit; and
        the standard deviation (h, w) of the readings about the chosen plane, m, infinite without
        a fit.
    """
    plane, variance, fill = _window_planes(rays, depth, valid, radius)
    area = (2 * radius + 1) ** 2
    cost = np.where(fill >= _MIN_FILL * area, variance * (1 + area / np.maximum(fill, 1)), np.inf)
    # A shifted window must fit much better: on a curved surface its plane differs from the
    # tangent plane at the pixel.
    best = np.where(variance > 2.25 * sigma**2, 0.3 * cost, 0)
    flat_index = np.arange(depth.size).reshape(depth.shape)
    source = flat_index.copy()
    height, width = depth.shape
    for dy in (-radius, 0, radius):
        for dx in (-radius, 0, radius):
            rows = np.clip(np.arange(height) + dy, 0, height - 1)
            columns = np.clip(np.arange(width) + dx, 0, width - 1)
            shifted = cost[np.ix_(rows, columns)]
            better = shifted < best
            best[better] = shifted[better]
            source[better] = flat_index[np.ix_(rows, columns)][better]
    normals = -plane.reshape(-1, 3)[source.ravel()].reshape(*depth.shape, 3)
    norm = np.linalg.norm(normals, axis=-1)
    good = valid & np.isfinite(cost.ravel()[source]) & (norm > 0)
    normals = np.where(good[..., None], normals / np.where(norm > 0, norm, 1)[..., None], 0)
    spread = np.sqrt(variance.ravel()[source.ravel()].reshape(depth.shape))
    return normals, np.where(good, spread, np.inf)


def depth_slopes(normals: FloatArray, rays: FloatArray, depth: FloatArray) -> FloatArray:
    """Change (h, w, 2) of a surface's depth along x and y, m per pixel.

    Differentiates z (n . ray) = d.

    Args:
        normals: (h, w, 3) unit; zero where there is none, and so is the slope.
        rays: (h, w, 2) x/z and y/z.
        depth: (h, w) m.
    """
    facing = (normals[..., :2] * rays).sum(axis=-1) + normals[..., 2]
    scale = depth / np.minimum(facing, -_STEEPEST)
    changes = [(normals[..., :2] * np.gradient(rays, axis=axis)).sum(axis=-1) for axis in (1, 0)]
    return np.stack([-scale * change for change in changes], axis=-1)


def _window_planes(
    rays: FloatArray, depth: FloatArray, valid: BoolArray, radius: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Plane coefficients (h, w, 3) of 1/z = a x + b y + c, residual variance m^2, and counts."""
    weight = valid.astype(np.float64)
    inverse = np.divide(1.0, depth, out=np.zeros_like(weight), where=valid)
    center = rays.reshape(-1, 2).mean(axis=0)
    x, y = ((rays[..., i] - center[i]) * weight for i in (0, 1))
    terms = np.stack(
        [weight, x, y, x * x, x * y, y * y, inverse, x * inverse, y * inverse, inverse**2],
        axis=-1,
    )
    size = (2 * radius + 1, 2 * radius + 1)
    sums = np.stack(
        [
            cv2.boxFilter(t, -1, size, normalize=False, borderType=cv2.BORDER_CONSTANT)
            for t in np.moveaxis(terms, -1, 0)
        ]
    )
    count = sums[0]
    sx, sy, sxx, sxy, syy, sw, sxw, syw, sww = sums[1:] / np.maximum(count, 1)
    cxx, cxy, cyy = sxx - sx * sx, sxy - sx * sy, syy - sy * sy
    cxw, cyw, cww = sxw - sx * sw, syw - sy * sw, sww - sw * sw
    determinant = cxx * cyy - cxy * cxy
    usable = determinant > 1e-6 * (cxx + cyy) ** 2 + 1e-30
    scale = np.where(usable, 1 / np.where(usable, determinant, 1), 0)
    a = (cxw * cyy - cyw * cxy) * scale
    b = (cyw * cxx - cxw * cxy) * scale
    c = sw - a * (sx + center[0]) - b * (sy + center[1])
    residual = np.maximum(cww - a * cxw - b * cyw, 0)
    mean_depth = 1 / np.maximum(sw, 1e-9)
    variance = np.where(usable, residual * mean_depth**4, np.inf)
    return np.stack([a, b, c], axis=-1), variance, np.where(usable, count, 0)


def find_flying_pixels(depth: FloatArray, valid: BoolArray, step: FloatArray) -> BoolArray:
    """Flying pixels (h, w), between two surfaces: few neighbours are near them in depth.

    Args:
        depth: (h, w) m.
        valid: (h, w) pixels with a reading.
        step: (h, w) largest difference in depth of neighbours on one surface, m.
    """
    near = np.zeros(depth.shape, np.uint8)
    padded = np.pad(np.where(valid, depth, np.inf), 2, constant_values=np.inf)
    height, width = depth.shape
    for dy in range(5):
        for dx in range(5):
            if (dy, dx) != (2, 2):
                shifted = padded[dy : dy + height, dx : dx + width]
                near += np.abs(shifted - depth) < step * max(abs(dy - 2), abs(dx - 2))
    return valid & (near < 9)
