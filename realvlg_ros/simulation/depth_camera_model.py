"""What an active-stereo depth camera does to a clean depth image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import BoolArray, ByteArray, Float32Array, IndexArray
from ..camera import Camera
from ..errors import ParameterError
from ..settings import Settings, setting
from .depth_defects import blobs, darkness, fattened, smeared

# A jump in depth, as a share of the depth. Chosen: above the slope of a surface that is not
# grazed.
_JUMP = 0.015
# Offsets of a pixel and its neighbours, px. From geometry.
_NEIGHBOURS = np.array([(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)], np.intp)


@dataclass(frozen=True)
class DepthCameraModel(Settings):
    """Noise of a depth camera; the defaults are a RealSense D435's.

    Axial noise of a stereo camera is z^2 * subpixel / (focal * baseline) (Grunnet-Jepsen et al.,
    "Best-Known-Methods for Tuning Intel RealSense D400 Depth Cameras for Best Performance"): with
    0.08 px, 424 px (848 columns, 90 degrees) and 50 mm that is 3.8 mm at 1 m. Lateral noise of
    about a pixel and the loss of readings at grazing angles are as Nguyen, Izadi and Lovell
    measured ("Modeling Kinect Sensor Noise for Improved 3D Reconstruction and Tracking", 2012).
    """

    axial_at_1m: float = setting(
        0.0038, 'Standard deviation of a reading at 1 m; it grows with the distance squared.',
        unit='m', low=0.0, high=0.5,
    )  # fmt: skip
    correlation_px: float = setting(
        0.7, "Standard deviation of the blur that correlates neighbours' noise.",
        unit='px', low=0.0, high=20.0,
    )  # fmt: skip
    quantisation: float = setting(
        0.001, 'Step of the readings; 0 for none.', unit='m', low=0.0, high=0.1
    )
    dropout: float = setting(
        0.002, 'Share of the readings that are lost anywhere.', unit='unitless', low=0.0, high=1.0
    )
    edge_dropout: float = setting(
        0.25, 'Share of the readings that are lost beside a jump in depth.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    flying_share: float = setting(
        0.12, 'Share of the readings beside a jump that lie between both surfaces.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    jitter_share: float = setting(
        0.35, "Share of the readings beside a jump that are a neighbour's.",
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    baseline: float = setting(
        0.05,
        'Between the two imagers: what only one of them sees has no reading, which leaves a '
        'shadow on the left of things; 0 for none.',
        unit='m', low=0.0, high=1.0,
    )  # fmt: skip
    grazing_angle: float = setting(
        1.43, 'Angle from the normal at which half the readings are lost.',
        unit='rad', low=0.0, high=3.2,
    )  # fmt: skip
    fattening_px: int = setting(
        0, 'By how much near surfaces reach over their edges.', unit='px', low=0, high=50
    )
    smear_px: int = setting(
        0, 'Width of the ramp between two surfaces at an edge.', unit='px', low=0, high=50
    )
    speckle: float = setting(
        0.0, 'Share of the image that blobs without readings cover.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    speckle_px: float = setting(
        4.0, 'Diameter of most of these blobs.', unit='px', low=1.0, high=100.0
    )
    dark_dropout: float = setting(
        0.0, 'Share of the readings that are lost, in blobs, where the image is black.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    min_range: float = setting(0.17, 'Nearest reading.', unit='m', low=0.0, high=100.0)
    max_range: float = setting(10.0, 'Farthest reading.', unit='m', low=0.0, high=100.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.edge_dropout + self.flying_share + self.jitter_share > 1:
            raise ParameterError(
                'depth noise: edge_dropout, flying_share and jitter_share add up to '
                f'{self.edge_dropout + self.flying_share + self.jitter_share:.2f}; at most 1'
            )
        if self.min_range >= self.max_range:
            raise ParameterError(
                f'depth noise: range {self.min_range} to {self.max_range} m is empty'
            )

    def prepare(
        self, depth: Float32Array, camera: Camera, color: ByteArray | None = None
    ) -> DepthSampler:
        """Work out once what depends on the clean depth and the image alone.

        Args:
            depth: (height, width) clean, m.
            camera: intrinsics.
            color: (height, width, 3) RGB; without it nothing is dark.
        """
        return DepthSampler(self, depth, camera, color)

    def apply(self, depth: Float32Array, camera: Camera, seed: int) -> Float32Array:
        """Add the noise of a seed to a clean depth (height, width) m.

        Args:
            depth: (height, width) clean, m.
            camera: intrinsics.
            seed: of the noise.
        """
        return self.prepare(depth, camera).sample(seed)


class DepthSampler:
    """Draws noisy depth images of one clean one."""

    def __init__(
        self,
        noise: DepthCameraModel,
        depth: Float32Array,
        camera: Camera,
        color: ByteArray | None = None,
    ) -> None:
        """Find edges and grazing surfaces of a clean depth.

        Args:
            noise: the model of the camera.
            depth: (height, width) clean, m.
            camera: intrinsics.
            color: (height, width, 3) RGB, or None.
        """
        self.noise = noise
        usable = (depth >= noise.min_range) & (depth <= noise.max_range)
        clean = np.where(usable, depth, np.float32(0))
        solid = fattened(clean, noise.fattening_px, _JUMP)
        self._clean = smeared(solid, noise.smear_px, _JUMP)
        self._blob_share = np.full(depth.shape, noise.speckle, np.float32)
        if color is not None and noise.dark_dropout > 0:
            dark = np.float32(noise.dark_dropout) * darkness(color)
            self._blob_share = np.maximum(self._blob_share, dark)
        gain = 1 / _blur_gain(noise.correlation_px)
        self._sigma = (noise.axial_at_1m * gain * self._clean**2).astype(np.float32)
        nearest, farthest = _neighbourhood(self._clean)
        # On a slope, however steep, a reading lies midway between its neighbours'.
        lopsided = np.abs(farthest + nearest - 2 * self._clean)
        jump = usable & (lopsided > _JUMP * nearest)
        self._edge = np.flatnonzero(jump)
        self._between = nearest.ravel()[self._edge], farthest.ravel()[self._edge]
        self._shadow = np.flatnonzero(_stereo_shadow(self._clean, camera, noise.baseline) & ~jump)
        lost = _grazing_loss(solid, camera, noise.grazing_angle)
        self._grazing = np.flatnonzero((lost > 0.01) & usable & ~jump)
        self._grazing_loss = lost.ravel()[self._grazing]

    def sample(self, seed: int) -> Float32Array:
        """The depth (height, width) in m with the noise of a seed, 0 where a reading is lost."""
        rng = np.random.Generator(np.random.SFC64(seed))
        depth = self._with_edges(rng)
        lost = self._edge[depth.reshape(-1)[self._edge] == 0]
        normal = rng.standard_normal(depth.shape, dtype=np.float32)
        if self.noise.correlation_px > 0:
            normal = cv2.GaussianBlur(normal, (3, 3), self.noise.correlation_px)
        normal *= self._sigma
        depth += normal
        step = self.noise.quantisation
        if step > 0:
            depth *= np.float32(1 / step)
            np.rint(depth, out=depth)
            depth *= np.float32(step)
        flat = depth.reshape(-1)
        flat[lost] = 0
        flat[self._shadow] = 0
        flat[self._holes(rng, flat.size)] = 0
        if self._blob_share.any():
            depth[blobs(self._blob_share, self.noise.speckle_px, rng)] = 0
        return depth

    def _with_edges(self, rng: np.random.Generator) -> Float32Array:
        """The clean depth with readings beside jumps moved, mixed or lost."""
        depth = self._clean.copy()
        flat = depth.reshape(-1)
        noise, edge = self.noise, self._edge
        draw = rng.random(edge.size, dtype=np.float32)
        lost = draw < noise.edge_dropout
        flying = ~lost & (draw < noise.edge_dropout + noise.flying_share)
        moved = (
            ~lost & ~flying & (draw < noise.edge_dropout + noise.flying_share + noise.jitter_share)
        )
        nearest, farthest = self._between
        mix = rng.random(int(flying.sum()), dtype=np.float32)
        flat[edge[flying]] = nearest[flying] + mix * (farthest - nearest)[flying]
        flat[edge[moved]] = self._clean.reshape(-1)[self._neighbours(edge[moved], rng)]
        flat[edge[lost]] = 0
        return depth

    def _neighbours(self, pixels: IndexArray, rng: np.random.Generator) -> IndexArray:
        """A random one of the 3 x 3 pixels around each pixel (flat indices)."""
        height, width = self._clean.shape
        step = _NEIGHBOURS[rng.integers(0, 9, pixels.size)]
        rows = np.clip(pixels // width + step[:, 0], 0, height - 1)
        columns = np.clip(pixels % width + step[:, 1], 0, width - 1)
        return rows * width + columns

    def _holes(self, rng: np.random.Generator, size: int) -> IndexArray:
        """Flat indices of readings lost anywhere or to a grazing view."""
        anywhere = rng.integers(0, size, rng.binomial(size, self.noise.dropout))
        draw = rng.random(self._grazing.size, dtype=np.float32)
        return np.concatenate([anywhere, self._grazing[draw < self._grazing_loss]])


def _blur_gain(sigma: float) -> float:
    """By how much a 3 x 3 Gaussian blur shrinks white noise."""
    if sigma <= 0:
        return 1.0
    kernel = cv2.getGaussianKernel(3, sigma)
    return float((kernel**2).sum())


def _neighbourhood(depth: Float32Array) -> tuple[Float32Array, Float32Array]:
    """Nearest and farthest valid depth in the 3 x 3 around each pixel."""
    kernel = np.ones((3, 3), np.uint8)
    far = np.where(depth > 0, depth, np.float32(np.inf))
    nearest = cv2.erode(far, kernel)
    farthest = cv2.dilate(depth, kernel)
    return np.where(np.isfinite(nearest), nearest, np.float32(0)), np.asarray(farthest)


def _stereo_shadow(depth: Float32Array, camera: Camera, baseline: float) -> BoolArray:
    """(height, width) what the second imager, a baseline to the right, does not see.

    It sees a pixel's point shifted left by the disparity. A point is hidden if another one from
    farther right in its row is seen at its place or left of it.
    """
    if baseline == 0:
        return np.zeros(depth.shape, bool)
    disparity = camera.fx * baseline / np.maximum(depth, np.float32(1e-6))
    columns = np.arange(depth.shape[1], dtype=np.float32)
    seen_at = np.where(depth > 0, columns - disparity, np.float32(np.inf))
    leftmost = np.minimum.accumulate(seen_at[:, ::-1], axis=1)[:, ::-1]
    return (depth > 0) & (leftmost < seen_at)


def _grazing_loss(depth: Float32Array, camera: Camera, half_angle: float) -> Float32Array:
    """The share of readings lost for a view that grazes the surface, 0 to 1.

    A logistic step in the angle between the ray and the surface's normal, 0.04 rad wide.
    """
    points = np.empty((*depth.shape, 3), np.float32)
    points[..., :2] = camera.rays * depth[..., None]
    points[..., 2] = depth
    right, down = np.zeros_like(points), np.zeros_like(points)
    right[:, 1:-1] = points[:, 2:] - points[:, :-2]
    down[1:-1] = points[2:] - points[:-2]
    normal = np.cross(right, down)
    length = np.linalg.norm(normal, axis=-1) * np.linalg.norm(points, axis=-1)
    cosine = np.abs(np.einsum('ijk,ijk->ij', normal, points)) / np.maximum(length, 1e-12)
    angle = np.arccos(np.clip(cosine, 0, 1))
    loss = 1 / (1 + np.exp(-(angle - half_angle) / 0.04))
    return np.where(length > 1e-12, loss, 0).astype(np.float32)
